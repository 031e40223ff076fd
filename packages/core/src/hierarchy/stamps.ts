import type { Stamps as CarriedStamps } from '../contract/hierarchy';
import type { ChangeSet } from '../contract/wire';
import type { EntityStore } from '../state/entity-store';
import { own, table } from '../state/json';

/** What is further ahead than this is no clock that is a little fast. */
const MOST_AHEAD = 60_000;
/** By then every change that was under way has arrived; milliseconds. */
const KEPT = 10 * 60_000;

/** When an entity was written: as a whole, and those fields that were written later. */
interface Entry {
  whole: number;
  fields?: Record<string, number>;
}

/**
 * When the fields of entities were last written, so that workflows which hold the same entity agree: of two
 * changes to one field the later one stands, wherever they meet. The clock is the workflow's, and never behind
 * anything that it has heard of.
 */
export class Stamps {
  #clock: number;
  readonly #entries = new Map<string, Map<string, Entry>>();

  constructor(clock = 0, carried: CarriedStamps = {}) {
    this.#clock = clock;
    for (const [name, entities] of Object.entries(carried))
      for (const [id, at] of Object.entries(entities)) {
        const { '': whole = 0, ...fields } = typeof at === 'number' ? { '': at } : at;
        this.#table(name).set(id, Object.keys(fields).length > 0 ? { whole, fields } : { whole });
      }
  }

  get clock(): number {
    return this.#clock;
  }

  /** The time of a change that is made now. */
  tick(): number {
    return (this.#clock = Math.max(Date.now(), this.#clock + 1));
  }

  /** The time that another workflow gives. What it says of the future is not believed. */
  heard(at: number | undefined): number {
    if (at === undefined || !(at > 0)) return 0;
    const time = Math.min(at, Date.now() + MOST_AHEAD);
    this.#clock = Math.max(this.#clock, time);
    return time;
  }

  /** When a field was written, or its entity as a whole if that was later; 0 for long ago. */
  of(name: string, id: string, field: string): number {
    const entry = this.#entries.get(name)?.get(id);
    return entry === undefined ? 0 : Math.max(entry.whole, own(entry.fields, field) ?? 0);
  }

  /** When anything of an entity was last written. */
  latest(name: string, id: string): number {
    const entry = this.#entries.get(name)?.get(id);
    return entry === undefined ? 0 : Math.max(entry.whole, ...Object.values(entry.fields ?? {}));
  }

  write(name: string, id: string, field: string, at: number): void {
    const entities = this.#table(name);
    let entry = entities.get(id);
    if (entry === undefined) entities.set(id, (entry = { whole: 0 }));
    (entry.fields ??= table<number>())[field] = at;
  }

  /** The whole entity is written, or removed. */
  writeAll(name: string, id: string, at: number): void {
    this.#table(name).set(id, { whole: at });
  }

  /** Notes that changes were made, all at one time. */
  note(changes: ChangeSet, at: number, store: EntityStore): void {
    for (const { name, id } of changes.deletes) this.writeAll(name, id, at);
    for (const [name, entities] of Object.entries(changes.upserts)) {
      for (const [id, set] of Object.entries(entities)) {
        const fields = Object.keys(set);
        // All of it: one number is enough.
        if (fields.length === Object.keys(store.get(name, id) ?? {}).length) this.writeAll(name, id, at);
        else
          for (const field of [...fields, ...(own(own(changes.unset, name), id) ?? [])])
            this.write(name, id, field, at);
      }
    }
  }

  /** What is recent, for continue-as-new. */
  carry(): CarriedStamps {
    const since = this.#clock - KEPT;
    const carried = table<Record<string, number | Record<string, number>>>();
    for (const [name, entities] of this.#entries)
      for (const [id, { whole, fields = {} }] of entities) {
        const recent = Object.entries(fields).filter(([, at]) => at > since);
        if (whole <= since && recent.length === 0) continue;
        (carried[name] ??= table())[id] =
          recent.length === 0
            ? whole
            : { ...(whole > since && { '': whole }), ...Object.fromEntries(recent) };
      }
    return carried;
  }

  #table(name: string): Map<string, Entry> {
    let entities = this.#entries.get(name);
    if (entities === undefined) this.#entries.set(name, (entities = new Map<string, Entry>()));
    return entities;
  }
}
