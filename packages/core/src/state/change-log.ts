import type { EntityRef } from '../contract/adapter';
import type { Fields } from '../contract/schema';
import type { ChangeSet } from '../contract/wire';
import { isEmpty, NO_CHANGES } from './change-set';
import { at, forEach, inner, table, type Tables, without } from './json';
import { keyOf } from './refs';

/** Of so many entities that came and went it is told that they went. */
const MOST_PASSED = 1_000;

/** Changes that are still being added up. A table in it may be empty. */
interface Sum {
  readonly upserts: Record<string, Record<string, Fields>>;
  readonly unset: Record<string, Record<string, readonly string[]>>;
  readonly deletes: Map<string, EntityRef>;
  /** How many entities the upserts hold. */
  upserted: number;
  origin?: string;
}

const nothing = (): Sum => ({
  upserts: table(),
  unset: table(),
  deletes: new Map<string, EntityRef>(),
  upserted: 0,
});

/**
 * Changes that nobody has seen yet, added up. Adding costs what the change holds, not what waits already: a
 * workflow can be sent thousands of signals before anybody looks.
 */
export class ChangeLog {
  /** Absent while nothing waits: most workflows are idle, and hold three of these. */
  #sum?: Sum;
  /** Entities that were not there before all that waits; and those of them that are gone again, the last ones. */
  #made?: Set<string>;
  #passed?: Set<string>;

  /**
   * @param changes what waits already
   * @param made which of the entities were not there before that, by their keys
   * @param passed which of those that are gone were not
   */
  constructor(changes: ChangeSet = NO_CHANGES, made: Iterable<string> = [], passed: Iterable<string> = []) {
    this.add(changes);
    for (const key of made) (this.#made ??= new Set()).add(key);
    for (const key of passed) this.#pass(key);
  }

  /** Whether an entity was not there before all that waits. */
  isMade(key: string): boolean {
    return !!this.#made?.has(key);
  }

  /** Whether an entity that is gone was not there before all that waits. */
  hasPassed(key: string): boolean {
    return !!this.#passed?.has(key);
  }

  get isEmpty(): boolean {
    return !this.#sum || (this.#sum.deletes.size === 0 && this.#sum.upserted === 0);
  }

  /** What waits, as one change set; later changes do not show in it. */
  get changes(): ChangeSet {
    if (!this.#sum) return NO_CHANGES;
    const { upserts, unset, deletes, origin } = this.#sum;
    return { upserts: copied(upserts), unset: copied(unset), deletes: [...deletes.values()], origin };
  }

  /**
   * Adds what happened after everything that waits.
   *
   * @param created which of the entities have just come to be, by their keys; where it is not known, none
   */
  add(changes: ChangeSet, created?: ReadonlySet<string>): void {
    if (isEmpty(changes)) return;
    const sum = (this.#sum ??= nothing());
    const { upserts, unset, deletes } = sum;
    sum.origin = this.isEmpty || sum.origin === changes.origin ? changes.origin : undefined;
    // An entity that went and came back is among the deletes and the upserts, so the deletes come first.
    for (const ref of changes.deletes) {
      const { name, id } = ref;
      if (at(upserts, name, id)) sum.upserted--;
      delete upserts[name]?.[id];
      delete unset[name]?.[id];
      deletes.set(keyOf(ref), ref);
      if (this.#made?.delete(keyOf(ref))) this.#pass(keyOf(ref));
    }
    forEach(changes.upserts, (name, id, fields) => {
      const gone = at(changes.unset, name, id) ?? [];
      const absent = [...new Set([...(unset[name]?.[id] ?? []), ...gone])].filter(
        (field) => !Object.hasOwn(fields, field),
      );
      const key = keyOf({ name, id });
      if (created?.has(key) && (!deletes.has(key) || this.#passed?.has(key)))
        (this.#made ??= new Set()).add(key);
      if (!at(upserts, name, id)) sum.upserted++;
      inner(upserts, name)[id] = { ...without(upserts[name]?.[id], gone), ...fields };
      if (absent.length > 0) inner(unset, name)[id] = absent;
      else delete unset[name]?.[id];
    });
  }

  /** Of what comes and goes while nobody looks, not all is kept: it would add up for ever. */
  #pass(key: string): void {
    const passed = (this.#passed ??= new Set());
    passed.add(key);
    const [oldest] = passed;
    if (oldest === undefined || passed.size <= MOST_PASSED) return;
    passed.delete(oldest);
    this.#sum?.deletes.delete(oldest);
  }

  /** Adds what another one holds. */
  addAll(later: ChangeLog): void {
    this.add(later.changes, later.#made);
    for (const key of later.#passed ?? []) this.#pass(key);
  }

  /** Takes back what was handed over: it happened before everything that waits. */
  giveBack(changes: ChangeSet): void {
    const later = this.take();
    this.add(changes);
    this.add(later);
  }

  /** Hands over what waits; nothing does afterwards. */
  take(): ChangeSet {
    const { changes } = this;
    this.#sum = this.#made = this.#passed = undefined;
    return changes;
  }
}

function copied<T>(tables: Tables<T>): Tables<T> {
  const copy = table<Record<string, T>>();
  forEach(tables, (name, id, value) => (inner(copy, name)[id] = value));
  return copy;
}
