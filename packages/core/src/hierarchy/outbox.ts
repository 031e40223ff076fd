import type { EntityRef } from '../contract/adapter';
import type { ListEdit } from '../contract/hierarchy';
import { joined } from '../state/list-edits';
import { getOrAdd } from '../state/objects';
import { keyOf } from '../state/refs';

/** What waits about one entity. */
interface Mark {
  readonly ref: EntityRef;
  readonly fields: Set<string>;
  /** What was done to lists, by the field; of {@link EDITED}. */
  edits?: Map<string, ListEdit>;
  /** Whether all of its fields are told. */
  entire?: boolean;
  /** Whether it was removed. */
  removed?: boolean;
}

/** An {@link Outbox} as it travels through continue-as-new. */
export type CarriedOutbox = readonly (readonly [
  lane: string,
  ref: EntityRef,
  fields: readonly string[],
  how: {
    readonly removed?: boolean;
    readonly entire?: boolean;
    readonly edits?: readonly (readonly [field: string, edit: ListEdit])[];
  },
])[];

/** What was written, or is. */
export const WRITTEN = '';
/** Lists as they are shown; see `Tell.shows`. A source has no such name. */
export const SHOWN = '/';
/** A copy, for a home that may have none; see `Tell.fills`. */
export const COPIED = '/copied';
/** Lists that something was added to, or taken out of; see `Tell.edits`. */
export const EDITED = '/edited';

const everything = (): boolean => true;
/** What waits about each entity, by the lane. */
type Lanes = Map<string, Map<string, Mark>>;
/** Of an outbox in which nothing waits, as in most of thousands; it stays empty. */
const NO_LANES: Lanes = new Map();

/**
 * What the other end of a link has not been told yet: which fields, by the source that gives them, and not their
 * values. They are read when they are sent, so what waits costs the same however often it changes.
 */
export class Outbox {
  #lanes = NO_LANES;

  /** @param concerns which kinds of entity the other end is told of */
  constructor(
    carried: CarriedOutbox = [],
    readonly concerns: (name: string) => boolean = everything,
  ) {
    for (const [lane, ref, fields, how] of carried) {
      if (how.removed) this.remove(ref);
      if (lane !== EDITED) this.mark(ref, fields, lane);
      if (how.entire) this.markEntire(ref, lane);
      for (const [field, edit] of how.edits ?? []) this.edit(ref, field, edit);
    }
  }

  get isEmpty(): boolean {
    return this.#lanes.size === 0;
  }

  /** @param lane the source that gives the fields, {@link WRITTEN} or {@link SHOWN} */
  mark(ref: EntityRef, fields: Iterable<string>, lane = WRITTEN): void {
    if (!this.concerns(ref.name)) return;
    const mark = this.#mark(ref, lane);
    for (const field of fields) {
      mark.fields.add(field);
      // Where a list is told whole, that says what was done to it.
      if (lane === WRITTEN) this.#unmark(EDITED, ref, field);
    }
  }

  /** Something was added to a list, or taken out of it, by the other end's own or by one that has it from there. */
  edit(ref: EntityRef, field: string, edit: ListEdit): void {
    const { fields, entire, removed } = this.#lanes.get(WRITTEN)?.get(keyOf(ref)) ?? {};
    if (!this.concerns(ref.name) || entire || removed || fields?.has(field)) return;
    const mark = this.#mark(ref, EDITED);
    mark.fields.add(field);
    mark.edits ??= new Map();
    mark.edits.set(field, joined(mark.edits.get(field), edit));
  }

  markEntire(ref: EntityRef, lane = WRITTEN): void {
    if (this.concerns(ref.name)) this.#mark(ref, lane).entire = true;
  }

  /** What was done to lists before what waits. */
  editBefore(ref: EntityRef, edits: ReadonlyMap<string, ListEdit>): void {
    const later = this.#drop(EDITED, ref)?.edits;
    for (const some of [edits, later]) for (const [field, edit] of some ?? []) this.edit(ref, field, edit);
  }

  /** The entity was removed. Should it come back, the other end is told both. */
  remove(ref: EntityRef): void {
    if (!this.concerns(ref.name)) return;
    this.#lane(WRITTEN).set(keyOf(ref), { ref, fields: new Set(), removed: true });
    this.#drop(EDITED, ref);
  }

  /** The other end knows the field as it is. */
  unmark(ref: EntityRef, field: string): void {
    this.#unmark(WRITTEN, ref, field);
  }

  /** Takes an entity out. @returns what was to be told of it */
  drop(ref: EntityRef): Outbox {
    const dropped = new Outbox([], this.concerns);
    for (const lane of [...this.#lanes.keys()]) {
      const mark = this.#drop(lane, ref);
      if (mark) dropped.#lane(lane).set(keyOf(ref), mark);
    }
    return dropped;
  }

  /** Whether a field of an entity waits; an empty name for all of it, or its removal. */
  has(ref: EntityRef, field: string): boolean {
    const key = keyOf(ref);
    for (const marks of this.#lanes.values()) {
      const mark = marks.get(key);
      if (mark && (mark.removed || mark.entire || mark.fields.has(field))) return true;
    }
    return false;
  }

  /** Whether anything waits about an entity. */
  names(ref: EntityRef): boolean {
    const key = keyOf(ref);
    for (const marks of this.#lanes.values()) if (marks.has(key)) return true;
    return false;
  }

  *marks(): IterableIterator<readonly [lane: string, mark: Mark]> {
    for (const [lane, marks] of this.#lanes) for (const mark of marks.values()) yield [lane, mark];
  }

  /** Hands over all that waits, and is empty afterwards. */
  take(): Outbox {
    const taken = new Outbox([], this.concerns);
    [taken.#lanes, this.#lanes] = [this.#lanes, taken.#lanes];
    return taken;
  }

  /** Merges an older outbox into this one: what it held waits again. */
  add(earlier: Outbox): void {
    for (const [lane, { ref, fields, edits, entire, removed }] of earlier.marks()) {
      if (edits) {
        this.editBefore(ref, edits);
        continue;
      }
      if (removed) {
        const { fields: since = [], entire: all } = this.#lanes.get(WRITTEN)?.get(keyOf(ref)) ?? {};
        this.remove(ref);
        this.mark(ref, since);
        if (all) this.markEntire(ref);
      }
      this.mark(ref, fields, lane);
      if (entire) this.markEntire(ref, lane);
    }
  }

  /** For continue-as-new. */
  carry(): CarriedOutbox {
    return [...this.marks()].map(
      ([lane, { ref, fields, entire, removed, edits }]) =>
        [lane, ref, [...fields], { removed, entire, edits: edits && [...edits] }] as const,
    );
  }

  #unmark(lane: string, ref: EntityRef, field: string): void {
    const mark = this.#lanes.get(lane)?.get(keyOf(ref));
    if (!mark) return;
    mark.fields.delete(field);
    mark.edits?.delete(field);
    if (mark.fields.size === 0 && !mark.entire && !mark.removed) this.#drop(lane, ref);
  }

  #drop(lane: string, ref: EntityRef): Mark | undefined {
    const marks = this.#lanes.get(lane);
    const mark = marks?.get(keyOf(ref));
    marks?.delete(keyOf(ref));
    if (marks?.size === 0) this.#lanes.delete(lane);
    return mark;
  }

  #mark(ref: EntityRef, lane: string): Mark {
    return getOrAdd(this.#lane(lane), keyOf(ref), (): Mark => ({ ref, fields: new Set() }));
  }

  #lane(lane: string): Map<string, Mark> {
    if (this.#lanes === NO_LANES) this.#lanes = new Map();
    return getOrAdd(this.#lanes, lane, () => new Map<string, Mark>());
  }
}
