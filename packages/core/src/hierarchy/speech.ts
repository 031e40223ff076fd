import type { EntityRef } from '../contract/adapter';
import type { ListEdit } from '../contract/hierarchy';
import type { Fields, Json } from '../contract/schema';
import type { EntityState } from '../state/entity-state';
import { at, equalJson, inner, own, setField, table } from '../state/json';
import { entries, fromEntries, getOrAdd, hasOwn, keys } from '../state/objects';
import type { Below, Kin } from './kin';
import type { Made } from './made';
import { COPIED, EDITED, type Outbox, SHOWN, WRITTEN } from './outbox';
import type { Start, Tell, Word } from './word';

/** The source by which a parent gives what it makes of an item. */
export const MADE = 'processData';

/** How a workflow calls a source of one that it is linked with. */
export const contributed = (peer: string, source: string): string => `${encodeURIComponent(peer)}/${source}`;

/** What the sources of a parent are called here, as far as they have said something. */
export const sourcesFrom = ({ views }: EntityState, peer: string): string[] =>
  [...views.keys()].filter((source) => source.startsWith(contributed(peer, '')));

/** Whether a source is one of this workflow's own. */
export const isOwn = (source: string): boolean => !source.includes('/');

/** A word that is being put together. */
export class Speech {
  readonly set = table<Record<string, Fields>>();
  readonly unset = table<Record<string, string[]>>();
  readonly deletes: EntityRef[] = [];

  /** @param fields the fields to be said; of all of an entity that has them */
  say({ name, id }: EntityRef, held: Fields, fields: Iterable<string>): void {
    const set: Record<string, Json> = {};
    const gone: string[] = [];
    for (const field of fields) {
      const value = own(held, field);
      if (value === undefined) gone.push(field);
      else setField(set, field, value);
    }
    inner(this.set, name)[id] = { ...own(own(this.set, name), id), ...set };
    if (gone.length > 0) inner(this.unset, name)[id] = [...(own(own(this.unset, name), id) ?? []), ...gone];
  }

  /** What was put together; nothing where that is nothing. */
  get word(): Word | undefined {
    const { set, unset, deletes } = this;
    const hasSet = keys(set).length > 0;
    if (!hasSet && deletes.length === 0) return undefined;
    return {
      set: hasSet ? set : undefined,
      unset: keys(unset).length > 0 ? unset : undefined,
      deletes: deletes.length > 0 ? deletes : undefined,
    };
  }
}

/**
 * Says what waits, as it is now.
 *
 * @param portion where all of a portion is to be said: what is in it
 */
export function compose(
  { store, views }: EntityState,
  made: Made | undefined,
  waiting: Outbox,
  portion?: readonly EntityRef[],
): Partial<Tell> {
  const word = new Speech();
  const shows = new Speech();
  const fills = new Speech();
  const sources = new Map<string, Speech>();
  const entire: EntityRef[] = [];
  const edits = table<Record<string, Record<string, ListEdit>>>();

  const sayAll = (ref: EntityRef): void => {
    const held = store.get(ref.name, ref.id);
    if (held) word.say(ref, held, keys(held));
  };

  /** What a source gives is not always what is shown: somebody else may have written since. */
  const showOther = (ref: EntityRef, given: Fields, fields: Iterable<string>): void => {
    const held = store.get(ref.name, ref.id);
    const others = [...fields].filter((field) => !equalJson(own(held, field), own(given, field)));
    if (!held) shows.deletes.push(ref);
    else if (others.length > 0) shows.say(ref, held, others);
  };

  /** What sources give goes without a copy of it. */
  const isSaid = ({ name, id }: EntityRef, field: string): boolean =>
    [...sources.values()].some(({ set }) => hasOwn(at(set, name, id) ?? {}, field));
  const copied: EntityRef[] = [];

  for (const [lane, { ref, fields, entire: isEntire, removed, edits: done }] of waiting.marks()) {
    const held = store.get(ref.name, ref.id);
    if (lane === SHOWN) {
      if (held) shows.say(ref, held, fields);
    } else if (lane === EDITED) {
      if (held) shows.say(ref, held, fields);
      inner(edits, ref.name)[ref.id] = fromEntries(done ?? []);
    } else if (lane === COPIED) {
      if (held) copied.push(ref);
    } else if (lane !== WRITTEN) {
      const speech = getOrAdd(sources, lane, () => new Speech());
      const given = lane === MADE && made ? made.get(ref) : views.get(lane)?.fields(ref.name, ref.id, held);
      if (!given) speech.deletes.push(ref);
      else {
        speech.say(ref, given, fields);
        if (lane !== MADE) showOther(ref, given, fields);
      }
    } else {
      if (removed || (isEntire && !held)) word.deletes.push(ref);
      // It came back: nothing of what was there before is known to be there.
      if (held && (isEntire || removed)) {
        entire.push(ref);
        if (!portion) sayAll(ref);
      } else if (held && fields.size > 0 && !portion) word.say(ref, held, fields);
    }
  }
  for (const ref of portion ?? []) sayAll(ref);
  for (const ref of copied) {
    const held = store.get(ref.name, ref.id) ?? {};
    const unsaid = keys(held).filter((field) => !isSaid(ref, field));
    if (unsaid.length > 0 || keys(held).length === 0) fills.say(ref, held, unsaid);
    entire.push(ref);
  }
  return {
    sources: sources.size > 0 ? wordsOf(sources) : undefined,
    word: word.word,
    shows: shows.word,
    fills: fills.word,
    entire: entire.length > 0 ? entire : undefined,
    edits: keys(edits).length > 0 ? edits : undefined,
  };
}

/** What all the sources say of some entities. */
export function sourcesOf({ store, views }: EntityState, refs: readonly EntityRef[]): Record<string, Word> {
  const sources = new Map<string, Speech>();
  for (const [source, view] of views) {
    const speech = new Speech();
    sources.set(source, speech);
    for (const ref of refs) {
      const given = view.fields(ref.name, ref.id, store.get(ref.name, ref.id));
      if (given) speech.say(ref, given, keys(given));
    }
  }
  return wordsOf(sources);
}

/** Entities by name and id, as far as they are there. */
export function tablesOf(
  refs: Iterable<EntityRef>,
  get: (ref: EntityRef) => Fields | undefined,
): Record<string, Record<string, Fields>> {
  const tables = table<Record<string, Fields>>();
  for (const ref of refs) {
    const fields = get(ref);
    if (fields) inner(tables, ref.name)[ref.id] = fields;
  }
  return tables;
}

/** Words that were put together, by who says them. */
export const wordsOf = (speeches: ReadonlyMap<string, Speech>): Record<string, Word> =>
  fromEntries([...speeches].flatMap(([source, { word }]) => (word ? [[source, word]] : [])));

/** Every entity that a word names with fields, the fields it sets and those that it takes away. */
export function* entitiesIn({
  set = {},
  unset = {},
}: Word): IterableIterator<readonly [ref: EntityRef, set: Fields, unset: readonly string[]]> {
  for (const [name, some] of entries(set))
    for (const [id, fields] of entries(some)) yield [{ name, id }, fields, own(own(unset, name), id) ?? []];
}

/** What a child begins with, all that there is to say. */
export function startOf(
  state: EntityState,
  kin: Pick<Kin, 'partsOf' | 'portionOf'>,
  { link, item, made }: Below,
): Omit<Start, 'from' | 'ancestry'> {
  const refs = made ? made.refs() : kin.portionOf(item);
  const set = tablesOf(refs, (ref) => (made ? made.get(ref) : state.store.get(ref.name, ref.id)));
  return {
    link: link.id,
    // Also of what is not there: a source may give what another home removed.
    sources: made ? { [MADE]: { set } } : sourcesOf(state, [...kin.partsOf(item)]),
    word: made ? {} : { set },
    pauses: link.pauses,
    isMade: link.isMade,
  };
}
