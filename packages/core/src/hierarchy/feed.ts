import type { EntityRef } from '../contract/adapter';
import type { Word } from '../contract/hierarchy';
import type { Fields } from '../contract/schema';
import type { MergeStrategy } from '../contract/wire';
import type { EntityStore } from '../state/entity-store';
import { getOrAdd, keys } from '../state/objects';
import { keyOf } from '../state/refs';
import { split } from './parts';
import type { Outlet, Parcel } from './signal-channel';
import { type Signal, signalOf } from './signals';
import { CONTROL_BYTES, MOST_PAYLOAD, sizeOf, tooLarge } from './size';
import { entitiesIn, Speech } from './speech';

/** The workflows that a change has come through. */
export type Way = readonly string[];

/** Why something is told: the way that it came, and the ids of the subscriptions that asked for it. */
interface Why {
  readonly via: Way;
  readonly ids: readonly string[];
}

/** What waits about one entity: that it went, then what it is now, each with the reason. */
interface Mark {
  readonly ref: EntityRef;
  readonly gone?: Why;
  readonly fields: ReadonlyMap<string, Why>;
}

/** A {@link Feed} as it travels through continue-as-new. */
export interface CarriedFeed {
  readonly link: string;
  readonly number: number;
  readonly marks: readonly (readonly [
    ref: EntityRef,
    gone: Way | null,
    fields: readonly (readonly [field: string, via: Way, ids?: readonly string[]])[],
    /** The subscriptions that hear that it went. */
    ids?: readonly string[],
  ])[];
}

/** Who sends, and how it is to be taken. */
export interface FeedOptions {
  readonly workflowId: string;
  readonly entityName: string;
  readonly strategy: MergeStrategy | undefined;
  readonly store: EntityStore;
}

/**
 * What a subscriber has not been told yet: which fields, not their values. They are read when they are sent, so what
 * waits costs the same however often it changes, and what arrives is what is. An entity that is gone is taken away
 * when nothing leads to it any more: after what changed, but before relations that lead to it still, for whoever takes it
 * away takes it out of them. One that came back is taken away first.
 */
export class Feed implements Outlet {
  problem: string | undefined;
  readonly #options: FeedOptions;
  #link: string;
  #number: number;
  #marks = new Map<string, Mark>();
  #underWay: readonly Mark[] = [];
  /** What is too large to be sent; it is tried again when something else comes. */
  #aside: Mark[] = [];

  constructor(options: FeedOptions, { link, number, marks }: CarriedFeed) {
    this.#options = options;
    this.#link = link;
    this.#number = number;
    for (const [ref, gone, fields, ids = []] of marks)
      this.#marks.set(keyOf(ref), {
        ref,
        gone: gone ? { via: gone, ids } : undefined,
        // The first versions carried no ids.
        fields: new Map(fields.map(([field, via, asked = []]) => [field, { via, ids: asked }])),
      });
  }

  get isDue(): boolean {
    return this.#marks.size > 0;
  }

  /** What is told from now on goes by another link, with numbers of its own. */
  begin(link: string): void {
    this.#link = link;
    this.#number = 0;
  }

  /** @param fields fields that changed, each with the ids of the subscriptions that asked for it */
  mark(ref: EntityRef, fields: Iterable<readonly [field: string, ids: readonly string[]]>, via: Way): void {
    const key = keyOf(ref);
    const { gone, fields: before = [] } = this.#marks.get(key) ?? {};
    const marked = new Map(before);
    for (const [field, ids] of fields)
      marked.set(field, { via, ids: union(marked.get(field)?.ids ?? [], ids) });
    this.#marks.set(key, { ref, gone, fields: marked });
  }

  /** The entity is gone. Should it come back, both is told. @param ids of the subscriptions that asked for it */
  remove(ref: EntityRef, ids: readonly string[], via: Way): void {
    this.#marks.set(keyOf(ref), { ref, gone: { via, ids }, fields: new Map() });
  }

  next(): Parcel | undefined {
    for (const mark of this.#aside.splice(0)) this.#add(mark);
    this.problem = undefined;
    const marks = [...this.#marks.values()];
    this.#marks.clear();
    const signals = this.#compose(marks);
    this.#underWay = marks.filter((mark) => !this.#aside.includes(mark));
    return {
      signals,
      accepted: () => (this.#underWay = []),
      refused: () => {
        for (const mark of this.#underWay) this.#add(mark);
        this.#underWay = [];
      },
    };
  }

  /** For continue-as-new. */
  carry(): CarriedFeed {
    const waiting = new Feed(this.#options, { link: this.#link, number: this.#number, marks: [] });
    for (const mark of [...this.#marks.values()].reverse()) waiting.#add(mark);
    for (const mark of [...this.#underWay, ...this.#aside]) waiting.#add(mark);
    return {
      link: this.#link,
      number: this.#number,
      marks: [...waiting.#marks.values()].map(({ ref, gone, fields }) => [
        ref,
        gone?.via ?? null,
        [...fields].map(([field, { via, ids }]) => [field, via, ids]),
        gone?.ids,
      ]),
    };
  }

  /** Has an earlier mark wait as well. */
  #add({ ref, gone, fields }: Mark): void {
    const key = keyOf(ref);
    const later = this.#marks.get(key);
    if (later?.gone) return;
    this.#marks.set(key, { ref, gone, fields });
    for (const [field, { via, ids }] of later?.fields ?? []) this.mark(ref, [[field, ids]], via);
  }

  #compose(marks: readonly Mark[]): Signal[] {
    const { store } = this.#options;
    const back: Mark[] = [];
    const changed: Mark[] = [];
    const gone: Mark[] = [];
    for (const mark of marks) {
      if (store.get(mark.ref.name, mark.ref.id)) {
        if (mark.gone) back.push(mark);
        if (mark.fields.size > 0) changed.push(mark);
      } else if (mark.gone) gone.push(mark);
    }
    const [before, after] = this.#parted(changed, gone);
    return [
      ...this.#removals(back),
      ...this.#updates(before),
      ...this.#removals(gone),
      ...this.#updates(after),
    ];
  }

  /** What changed, and of that the relations which lead to what is gone. */
  #parted(changed: readonly Mark[], gone: readonly Mark[]): [Mark[], Mark[]] {
    if (gone.length === 0) return [[...changed], []];
    const { store } = this.#options;
    const leading = new Map<string, Set<string>>();
    for (const [holder, field] of store.relationsTo(gone.map(({ ref }) => ref)))
      getOrAdd(leading, keyOf(holder), () => new Set()).add(field);
    const part = (leads: boolean): Mark[] =>
      changed.flatMap((mark) => {
        const fields = [...mark.fields].filter(
          ([field]) => !!leading.get(keyOf(mark.ref))?.has(field) === leads,
        );
        return fields.length > 0 ? [{ ...mark, fields: new Map(fields) }] : [];
      });
    return [part(false), part(true)];
  }

  #removals(marks: readonly Mark[]): Signal[] {
    const words = new Ways();
    for (const { ref, gone } of marks) words.of(gone?.via ?? []).deletes.push(ref);
    return words.all.flatMap(([via, { word }]) => this.#signals(word, via, marks));
  }

  #updates(marks: readonly Mark[]): Signal[] {
    const { store } = this.#options;
    const words = new Ways();
    for (const { ref, fields } of marks) {
      const held = store.get(ref.name, ref.id) as Fields;
      const byWay = new Map<Way, string[]>();
      for (const [field, { via }] of fields) getOrAdd(byWay, via, () => []).push(field);
      for (const [via, some] of byWay) words.of(via).say(ref, held, some);
    }
    return words.all.flatMap(([via, { word }]) => this.#signals(word, via, marks));
  }

  #signals(word: Word | undefined, via: Way, marks: readonly Mark[]): Signal[] {
    const { workflowId: from, entityName, strategy } = this.#options;
    const signals: Signal[] = [];
    for (const { content, ref } of split({ word })) {
      const envelope = {
        from,
        link: this.#link,
        number: this.#number + 1,
        via: via.length > 0 ? via : undefined,
      };
      const said = content.word ?? {};
      const base = { entityName, changeOrigin: from, subscriptionIds: idsIn(said, marks) };
      const isRemoval = (said.deletes?.length ?? 0) > 0;
      const signal = signalOf(isRemoval ? base : { ...base, strategy }, said, envelope);
      const bytes = sizeOf(signal.payload) + CONTROL_BYTES;
      if (bytes > MOST_PAYLOAD) {
        this.problem = tooLarge(bytes).message;
        const mark = marks.find((one) => ref && keyOf(one.ref) === keyOf(ref));
        if (mark) this.#aside.push(mark);
        continue;
      }
      this.#number++;
      signals.push({ ...signal, bytes });
    }
    return signals;
  }
}

const union = (some: readonly string[], more: readonly string[]): readonly string[] => [
  ...new Set([...some, ...more]),
];

/** The ids of the subscriptions that asked for what a word says. */
function idsIn(word: Word, marks: readonly Mark[]): readonly string[] {
  const byKey = new Map(marks.map((mark) => [keyOf(mark.ref), mark]));
  const ids = new Set<string>();
  const add = (why: Why | undefined): void => {
    for (const id of why?.ids ?? []) ids.add(id);
  };
  for (const ref of word.deletes ?? []) add(byKey.get(keyOf(ref))?.gone);
  for (const [ref, set, unset] of entitiesIn(word))
    for (const field of [...keys(set), ...unset]) add(byKey.get(keyOf(ref))?.fields.get(field));
  return [...ids];
}

/** Words by the way that what they say has come. */
class Ways {
  readonly #words = new Map<string, readonly [Way, Speech]>();

  of(via: Way): Speech {
    return getOrAdd(this.#words, via.join('\n'), () => [via, new Speech()] as const)[1];
  }

  get all(): (readonly [Way, Speech])[] {
    return [...this.#words.values()];
  }
}
