import type { EntityRef } from '../contract/adapter';
import type { Fields } from '../contract/schema';
import type { ChangeSet } from '../contract/wire';
import { isEmpty, NO_CHANGES } from './change-set';
import { at, forEach, inner, table, type Tables, without } from './json';
import { hasOwn } from './objects';
import { keyOf } from './refs';

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
  #sum = nothing();
  /** Entities that were not there before all that waits: should they go again, there is nothing to tell. */
  #made?: Set<string>;

  /** @param changes what waits already */
  constructor(changes: ChangeSet = NO_CHANGES) {
    this.add(changes);
  }

  get isEmpty(): boolean {
    const { deletes, upserted } = this.#sum;
    return deletes.size === 0 && upserted === 0;
  }

  /** What waits, as one change set; later changes do not show in it. */
  get changes(): ChangeSet {
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
    const sum = this.#sum;
    const { upserts, unset, deletes } = sum;
    sum.origin = this.isEmpty || sum.origin === changes.origin ? changes.origin : undefined;
    // An entity that went and came back is among the deletes and the upserts, so the deletes come first.
    for (const ref of changes.deletes) {
      const { name, id } = ref;
      if (at(upserts, name, id)) sum.upserted--;
      delete upserts[name]?.[id];
      delete unset[name]?.[id];
      // Else, what comes and goes while nobody looks would add up for ever.
      if (!this.#made?.delete(keyOf(ref))) deletes.set(keyOf(ref), ref);
    }
    forEach(changes.upserts, (name, id, fields) => {
      const gone = at(changes.unset, name, id) ?? [];
      const absent = [...new Set([...(unset[name]?.[id] ?? []), ...gone])].filter(
        (field) => !hasOwn(fields, field),
      );
      const key = keyOf({ name, id });
      if (created?.has(key) && !deletes.has(key)) (this.#made ??= new Set()).add(key);
      if (!at(upserts, name, id)) sum.upserted++;
      inner(upserts, name)[id] = { ...without(upserts[name]?.[id], gone), ...fields };
      if (absent.length > 0) inner(unset, name)[id] = absent;
      else delete unset[name]?.[id];
    });
  }

  /** Adds what another one holds. */
  addAll(later: ChangeLog): void {
    this.add(later.changes, later.#made);
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
    this.#sum = nothing();
    this.#made = undefined;
    return changes;
  }
}

function copied<T>(tables: Tables<T>): Tables<T> {
  const copy = table<Record<string, T>>();
  forEach(tables, (name, id, value) => (inner(copy, name)[id] = value));
  return copy;
}
