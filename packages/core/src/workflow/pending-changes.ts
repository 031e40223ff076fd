import type { EntityRef } from '../contract/adapter';
import type { Fields, Json } from '../contract/schema';
import type { ChangeSet } from '../contract/wire';
import { BeforeLog, type Earlier } from '../state/before';
import { ChangeLog } from '../state/change-log';
import type { Trace } from '../state/entity-state';
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
  /** What the fields were that changed, as far as there is room for it. */
  readonly before?: Tables<Fields>;
  readonly origin?: string;
}

/** {@link PendingChanges} as they travel through continue-as-new. */
export interface CarriedPending {
  readonly heard?: CarriedChanges;
  readonly unheard?: CarriedChanges;
}

/** Changes that are handed over, and what they changed as it was before. */
export interface Handed {
  readonly changes: ChangeSet;
  readonly earlier: Earlier;
}

/** Changes that wait, and what they changed as it was before. */
class Waiting {
  constructor(
    readonly log = new ChangeLog(),
    readonly before = new BeforeLog(),
  ) {}

  add(changes: ChangeSet, { created, earlier }: Trace): void {
    this.log.add(changes, created);
    this.before.add(earlier);
    this.before.forget(changes);
  }

  take(): Handed {
    return { changes: this.log.take(), earlier: this.before.take() };
  }

  /** For continue-as-new. */
  carry(store: EntityStore, room: number): CarriedChanges | undefined {
    const changes = carried(this.log, store);
    return changes && { ...changes, before: this.before.carry(this.log.changes, room) };
  }

  static from(changes: CarriedChanges, store: EntityStore): Waiting {
    const log = logOf(changes, store);
    return new Waiting(log, BeforeLog.from(log.changes, changes.before));
  }
}

/** Changes that `execute()` has not seen yet. Those that `onChange()` has not heard of come after those it has. */
export class PendingChanges {
  readonly #heard: Waiting;
  readonly #unheard: Waiting;
  #isTelling = false;

  constructor(heard = new Waiting(), unheard = new Waiting()) {
    this.#heard = heard;
    this.#unheard = unheard;
  }

  /** All of them, as one change set. */
  get changes(): ChangeSet {
    if (this.#heard.log.isEmpty) return this.#unheard.log.changes;
    const all = new ChangeLog();
    all.addAll(this.#heard.log);
    all.addAll(this.#unheard.log);
    return all.changes;
  }

  add(changes: ChangeSet, trace: Trace): void {
    this.#unheard.add(changes, trace);
  }

  /** Adds what the class changed itself: what it does while it is told of others is no news to it. */
  addOwn(changes: ChangeSet, trace: Trace): void {
    // Should something have come meanwhile, this is later than that.
    (this.#isTelling && this.#unheard.log.isEmpty ? this.#heard : this.#unheard).add(changes, trace);
  }

  /** Tells of what nobody has heard of, once. @returns a promise only where somebody hears of something */
  tell(hears: ((handed: Handed) => void | Promise<void>) | undefined): Promise<void> | undefined {
    if (this.#unheard.log.isEmpty) return undefined;
    this.#heard.log.addAll(this.#unheard.log);
    const handed = this.#unheard.take();
    this.#heard.before.add(handed.earlier);
    this.#heard.before.forget(handed.changes);
    return hears && this.#tell(() => hears(handed));
  }

  async #tell(hears: () => void | Promise<void>): Promise<void> {
    this.#isTelling = true;
    try {
      await hears();
    } finally {
      this.#isTelling = false;
    }
  }

  /** Hands over what has been told; what came meanwhile waits for the next cycle. */
  take(): Handed {
    return this.#heard.take();
  }

  /** Takes back what was handed over: it happened before everything that waits. */
  giveBack({ changes, earlier }: Handed): void {
    this.#heard.log.giveBack(changes);
    this.#heard.before.giveBack(earlier);
  }

  /** For continue-as-new. @param room how many bytes what was before may have */
  carry(store: EntityStore, room: number): CarriedPending {
    const each = Math.floor(room / 2);
    return { heard: this.#heard.carry(store, each), unheard: this.#unheard.carry(store, each) };
  }

  /** @param legacy all of them with their values, as runs of the first versions carry them */
  static from({ heard, unheard }: CarriedPending, store: EntityStore, legacy?: ChangeSet): PendingChanges {
    return new PendingChanges(
      heard && Waiting.from(heard, store),
      unheard ? Waiting.from(unheard, store) : new Waiting(new ChangeLog(legacy)),
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
