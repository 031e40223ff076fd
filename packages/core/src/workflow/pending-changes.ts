import type { EntityRef } from '../contract/adapter';
import type { Fields, Json } from '../contract/schema';
import type { ChangeSet } from '../contract/wire';
import { ChangeLog } from '../state/change-log';
import type { EntityStore } from '../state/entity-store';
import { forEach, inner, setField, table, type Tables } from '../state/json';
import { entries, hasOwn, keys } from '../state/objects';

/**
 * Changes as they travel through continue-as-new: which fields, `true` for all that an entity has. Their values are
 * in the state, which travels too.
 */
export interface CarriedChanges {
  readonly fields: Tables<true | readonly string[]>;
  readonly unset: ChangeSet['unset'];
  readonly deletes: readonly EntityRef[];
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

  constructor(heard?: ChangeSet, unheard?: ChangeSet) {
    this.#heard = new ChangeLog(heard);
    this.#unheard = new ChangeLog(unheard);
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
      heard && withValues(heard, store),
      unheard ? withValues(unheard, store) : legacy,
    );
  }
}

function carried(log: ChangeLog, store: EntityStore): CarriedChanges | undefined {
  if (log.isEmpty) return undefined;
  const { upserts, unset, deletes, origin } = log.changes;
  const fields = table<Record<string, true | readonly string[]>>();
  forEach(upserts, (name, id, changed) => {
    const held = keys(store.get(name, id) ?? {});
    inner(fields, name)[id] = held.every((field) => hasOwn(changed, field)) || keys(changed);
  });
  return { fields, unset, deletes, origin };
}

function withValues({ fields, unset, deletes, origin }: CarriedChanges, store: EntityStore): ChangeSet {
  const upserts = table<Record<string, Fields>>();
  forEach(fields, (name, id, some) => {
    const held = store.get(name, id);
    if (!held) return;
    const changed: Record<string, Json> = {};
    for (const [field, value] of entries(held))
      if (some === true || some.includes(field)) setField(changed, field, value);
    inner(upserts, name)[id] = changed;
  });
  return { upserts, unset, deletes, origin };
}
