import type { EntityRef } from '../contract/adapter';
import type { Fields, Json } from '../contract/schema';
import type { ChangeSet } from '../contract/wire';
import { ChangeLog } from '../state/change-log';
import type { EntityStore } from '../state/entity-store';
import { forEach, inner, setField, table, type Tables } from '../state/json';
import { entries, hasOwn, keys } from '../state/objects';
import { keyOf } from '../state/refs';

/** All fields of an entity that was not there before all that waits. */
const MADE = 'made';

/**
 * Changes as they travel through continue-as-new: which fields, `true` for all that an entity has. Their values are
 * in the state, which travels too.
 */
export interface CarriedChanges {
  readonly fields: Tables<true | typeof MADE | readonly string[]>;
  readonly unset: ChangeSet['unset'];
  readonly deletes: readonly EntityRef[];
  /** Entities that came and went while nobody looked; the last of them. */
  readonly passed?: readonly EntityRef[];
  readonly origin?: string;
}

/** {@link PendingChanges} as they travel through continue-as-new. */
export interface CarriedPending {
  readonly heard?: CarriedChanges;
  readonly unheard?: CarriedChanges;
}

/** Changes that `execute()` has not seen yet. Those that `onChange()` has not heard of come after those it has. */
export class PendingChanges {
  readonly #heard: ChangeLog;
  readonly #unheard: ChangeLog;
  #isTelling = false;

  constructor(heard = new ChangeLog(), unheard = new ChangeLog()) {
    this.#heard = heard;
    this.#unheard = unheard;
  }

  /** All of them, as one change set. */
  get changes(): ChangeSet {
    if (this.#heard.isEmpty) return this.#unheard.changes;
    const all = new ChangeLog();
    all.addAll(this.#heard);
    all.addAll(this.#unheard);
    return all.changes;
  }

  /** @param created which entities have just come to be, by their keys */
  add(changes: ChangeSet, created?: ReadonlySet<string>): void {
    this.#unheard.add(changes, created);
  }

  /** Adds what the class changed itself: what it does while it is told of others is no news to it. */
  addOwn(changes: ChangeSet, created?: ReadonlySet<string>): void {
    // Should something have come meanwhile, this is later than that.
    (this.#isTelling && this.#unheard.isEmpty ? this.#heard : this.#unheard).add(changes, created);
  }

  /** Tells of what nobody has heard of, once. */
  async tell(hears: ((changes: ChangeSet) => void | Promise<void>) | undefined): Promise<void> {
    if (this.#unheard.isEmpty) return;
    this.#heard.addAll(this.#unheard);
    const changes = this.#unheard.take();
    if (!hears) return;
    this.#isTelling = true;
    try {
      await hears(changes);
    } finally {
      this.#isTelling = false;
    }
  }

  /** Hands over what has been told; what came meanwhile waits for the next cycle. */
  take(): ChangeSet {
    return this.#heard.take();
  }

  /** Takes back what was handed over: it happened before everything that waits. */
  giveBack(changes: ChangeSet): void {
    this.#heard.giveBack(changes);
  }

  /** For continue-as-new. */
  carry(store: EntityStore): CarriedPending {
    return { heard: carried(this.#heard, store), unheard: carried(this.#unheard, store) };
  }

  /** @param legacy all of them with their values, as runs of the first versions carry them */
  static from({ heard, unheard }: CarriedPending, store: EntityStore, legacy?: ChangeSet): PendingChanges {
    return new PendingChanges(
      heard && logOf(heard, store),
      unheard ? logOf(unheard, store) : new ChangeLog(legacy),
    );
  }
}

function carried(log: ChangeLog, store: EntityStore): CarriedChanges | undefined {
  if (log.isEmpty) return undefined;
  const { upserts, unset, deletes, origin } = log.changes;
  const fields = table<Record<string, true | typeof MADE | readonly string[]>>();
  forEach(upserts, (name, id, changed) => {
    const held = keys(store.get(name, id) ?? {});
    const isAll = held.every((field) => hasOwn(changed, field));
    inner(fields, name)[id] = isAll ? !log.isMade(keyOf({ name, id })) || MADE : keys(changed);
  });
  const passed = deletes.filter((ref) => log.hasPassed(keyOf(ref)));
  return {
    fields,
    unset,
    deletes: deletes.filter((ref) => !log.hasPassed(keyOf(ref))),
    passed: passed.length > 0 ? passed : undefined,
    origin,
  };
}

function logOf(
  { fields, unset, deletes, passed = [], origin }: CarriedChanges,
  store: EntityStore,
): ChangeLog {
  const made: string[] = [];
  const upserts = table<Record<string, Fields>>();
  forEach(fields, (name, id, some) => {
    const held = store.get(name, id);
    if (!held) return;
    if (some === MADE) made.push(keyOf({ name, id }));
    const changed: Record<string, Json> = {};
    for (const [field, value] of entries(held))
      if (some === true || some === MADE || some.includes(field)) setField(changed, field, value);
    inner(upserts, name)[id] = changed;
  });
  return new ChangeLog({ upserts, unset, deletes: [...deletes, ...passed], origin }, made, passed.map(keyOf));
}
