import type { EntityRef } from '../contract/adapter';
import { getOrAdd } from '../state/objects';
import { keyOf } from '../state/refs';

/** What waits about one entity. */
interface Mark {
  readonly ref: EntityRef;
  readonly fields: Set<string>;
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
  how: { readonly removed?: boolean; readonly entire?: boolean },
])[];

/** What was written, or is. */
export const WRITTEN = '';
/** Lists as they are shown; see `Tell.shows`. A source has no such name. */
export const SHOWN = '/';
/** A copy, for a home that may have none; see `Tell.fills`. */
export const COPIED = '/copied';

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
      this.mark(ref, fields, lane);
      if (how.entire) this.markEntire(ref, lane);
    }
  }

  get isEmpty(): boolean {
    return this.#lanes.size === 0;
  }

  /** @param lane the source that gives the fields, {@link WRITTEN} or {@link SHOWN} */
  mark(ref: EntityRef, fields: Iterable<string>, lane = WRITTEN): void {
    if (!this.concerns(ref.name)) return;
    const mark = this.#mark(ref, lane);
    for (const field of fields) mark.fields.add(field);
  }

  markEntire(ref: EntityRef, lane = WRITTEN): void {
    if (this.concerns(ref.name)) this.#mark(ref, lane).entire = true;
  }

  /** The entity was removed. Should it come back, the other end is told both. */
  remove(ref: EntityRef): void {
    if (!this.concerns(ref.name)) return;
    this.#lane(WRITTEN).set(keyOf(ref), { ref, fields: new Set(), removed: true });
  }

  /** The other end knows the field as it is. */
  unmark(ref: EntityRef, field: string): void {
    const marks = this.#lanes.get(WRITTEN);
    const mark = marks?.get(keyOf(ref));
    if (!marks || !mark) return;
    mark.fields.delete(field);
    if (mark.fields.size === 0 && !mark.entire && !mark.removed) marks.delete(keyOf(ref));
    if (marks.size === 0) this.#lanes.delete(WRITTEN);
  }

  /** Takes an entity out. @returns what was to be told of it */
  drop(ref: EntityRef): Outbox {
    const key = keyOf(ref);
    const dropped = new Outbox([], this.concerns);
    for (const [lane, marks] of this.#lanes) {
      const mark = marks.get(key);
      if (!mark) continue;
      dropped.#lane(lane).set(key, mark);
      marks.delete(key);
      if (marks.size === 0) this.#lanes.delete(lane);
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
    for (const [lane, { ref, fields, entire, removed }] of earlier.marks()) {
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
      ([lane, { ref, fields, entire, removed }]) => [lane, ref, [...fields], { removed, entire }] as const,
    );
  }

  #mark(ref: EntityRef, lane: string): Mark {
    return getOrAdd(this.#lane(lane), keyOf(ref), (): Mark => ({ ref, fields: new Set() }));
  }

  #lane(lane: string): Map<string, Mark> {
    if (this.#lanes === NO_LANES) this.#lanes = new Map();
    return getOrAdd(this.#lanes, lane, () => new Map<string, Mark>());
  }
}
