import type { EntityRef } from '../contract/adapter';
import type { ListEdits } from '../contract/hierarchy';
import { type Fields, isMany, type Json, relationTarget, type Schema } from '../contract/schema';
import type { ChangeSet } from '../contract/wire';
import type { Held } from '../state/draft';
import type { EntityState } from '../state/entity-state';
import { copyFields, equalJson, forEach, own, setField } from '../state/json';
import { editList, editsIn } from '../state/list-edits';
import { entries, hasOwn, keys } from '../state/objects';
import { keyOf } from '../state/refs';
import type { Link } from './link';
import { idsOf } from './managed-path';
import { entitiesIn } from './speech';
import type { Word } from './word';

/** News, as far as they are taken. */
export interface News {
  readonly word: Word;
  /** Entities that are given with all their fields. */
  readonly entire: ReadonlySet<string>;
  /** Whether the home of an entity is where the news come from. */
  readonly isFrom: (ref: EntityRef) => boolean;
  /** Whether an entity is known to be in the portion. */
  readonly isPart: (ref: EntityRef) => boolean;
  /** The item, from which everything in the portion hangs. */
  readonly item: EntityRef;
}

/** Takes in what the home of a portion says: as it is, but for what was written here and the home has not seen. */
export function takeNews(
  state: EntityState,
  link: Link,
  { word, entire, isFrom, isPart, item }: News,
): ChangeSet {
  const { store } = state;
  const draft = store.draft();

  /** An entity as it is there, with what of it is only here yet. */
  const withPending = (ref: EntityRef, fields: Fields): Fields => {
    const held = store.get(ref.name, ref.id);
    const next: Record<string, Json> = {};
    for (const field of keys(fields))
      if (!link.isPending(ref, field)) setField(next, field, fields[field] as Json);
    for (const field of keys(held ?? {}))
      if (link.isPending(ref, field)) setField(next, field, held?.[field] as Json);
    return next;
  };

  for (const ref of word.deletes ?? []) {
    if (!isFrom(ref)) continue;
    const next = withPending(ref, {});
    draft.put(ref.name, ref.id, keys(next).length > 0 ? next : undefined);
  }
  for (const [ref, set, unset] of entitiesIn(word)) {
    const { name, id } = ref;
    // This end removed the entity, or put it into the portion, and the home has not seen that: its news are older.
    if (!isFrom(ref) || link.isPending(ref, '')) continue;
    if (entire.has(keyOf(ref))) {
      draft.put(name, id, withPending(ref, set));
      continue;
    }
    const next = copyFields(draft.get(name, id));
    for (const field of keys(set)) if (!link.isPending(ref, field)) setField(next, field, set[field] as Json);
    for (const field of unset) if (!link.isPending(ref, field)) delete next[field];
    draft.put(name, id, next);
  }
  // News of an entity that no list here leads to are left aside: it is in no portion, or in another one.
  const news = [...entitiesIn(word)].filter(([ref]) => isFrom(ref) && !isPart(ref));
  if (news.length > 0) {
    const parts = partsOf(item, draft, store.schema, isFrom);
    for (const [ref] of news) if (!parts.has(keyOf(ref))) draft.changes.get(ref.name)?.delete(ref.id);
  }
  return state.commit(draft, link.peer);
}

/** What hangs from an entity. */
function partsOf(
  item: EntityRef,
  held: Held,
  schema: Schema,
  isFrom: (ref: EntityRef) => boolean,
): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (ref: EntityRef): void => {
    found.add(keyOf(ref));
    for (const [field, relation] of entries(own(schema, ref.name)?.relations ?? {}))
      for (const id of idsOf(own(held.get(ref.name, ref.id), field))) {
        const part = { name: relationTarget(relation), id };
        if (!found.has(keyOf(part)) && isFrom(part)) visit(part);
      }
  };
  visit(item);
  return found;
}

/** Takes in fields that somebody wrote, as they are. */
export function takeWrites(
  state: EntityState,
  word: Word,
  origin: string,
  concerns: (ref: EntityRef) => boolean = () => true,
): ChangeSet {
  const draft = state.store.draft();
  for (const [ref, set, unset] of entitiesIn(word)) {
    if (!concerns(ref)) continue;
    const next = copyFields(draft.get(ref.name, ref.id));
    for (const field of keys(set)) setField(next, field, set[field] as Json);
    for (const field of unset) delete next[field];
    draft.put(ref.name, ref.id, next);
  }
  return state.commit(draft, origin);
}

/** Takes in what was done to lists of entities that are there. */
export function takeEdits(state: EntityState, edits: ListEdits, origin: string): ChangeSet {
  const draft = state.store.draft();
  const { schema } = state.store;
  for (const [ref, field, edit] of editsIn(edits)) {
    const relation = own(own(schema, ref.name)?.relations, field);
    const isThere = !!draft.get(ref.name, ref.id) || state.isRoot(ref.name, ref.id);
    if (!isThere || !relation || !isMany(relation)) continue;
    forEach(edit.items, (name, id, fields) => {
      if (hasOwn(schema, name)) draft.put(name, id, { ...draft.get(name, id), ...fields });
    });
    editList(draft, ref, field, edit, state.leavesAbsent);
  }
  return state.commit(draft, origin);
}

/** Takes in fields that the entities do not have here, and no others. */
export function takeMissing(state: EntityState, word: Word, origin: string): ChangeSet {
  const draft = state.store.draft();
  for (const [{ name, id }, set] of entitiesIn(word)) {
    const held = draft.get(name, id);
    const next = copyFields(held);
    for (const field of keys(set)) if (!hasOwn(next, field)) setField(next, field, set[field] as Json);
    draft.put(name, id, next);
  }
  return state.commit(draft, origin);
}

/** Takes in entities with all their fields, and no others. */
export function takeEntire(state: EntityState, word: Word, origin: string): ChangeSet {
  const draft = state.store.draft();
  for (const [{ name, id }, set] of entitiesIn(word)) draft.put(name, id, set);
  return state.commit(draft, origin);
}

/** What a message says that entities are; `undefined` for a field that went, or an entity. */
export class Claims {
  readonly #byKey = new Map<string, { readonly ref: EntityRef; fields?: Map<string, Json | undefined> }>();

  /** Adds what is said after all that was. */
  add(word: Word): void {
    for (const ref of word.deletes ?? []) this.#byKey.set(keyOf(ref), { ref });
    for (const [ref, set, unset] of entitiesIn(word)) {
      const key = keyOf(ref);
      const fields = this.#byKey.get(key)?.fields ?? new Map<string, Json | undefined>();
      for (const field of keys(set)) fields.set(field, set[field]);
      for (const field of unset) fields.set(field, undefined);
      this.#byKey.set(key, { ref, fields });
    }
  }

  refs(): EntityRef[] {
    return [...this.#byKey.values()].map(({ ref }) => ref);
  }

  /** The fields that are claimed of an entity; nothing where it is said to be gone or not named. */
  of(ref: EntityRef): ReadonlyMap<string, Json | undefined> | undefined {
    return this.#byKey.get(keyOf(ref))?.fields;
  }

  /** Whether an entity is claimed to be just so. */
  isAll(ref: EntityRef, held: Fields): boolean {
    const fields = this.of(ref);
    if (!fields) return false;
    for (const [field, value] of fields) if (!equalJson(own(held, field), value)) return false;
    return keys(held).every((field) => fields.has(field));
  }
}
