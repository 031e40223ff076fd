import type { EntityRef } from '../contract/adapter';
import type { ChangeSet } from '../contract/wire';
import type { EntityStore } from '../state/entity-store';
import { at as valueAt, forEach, own, table } from '../state/json';
import { entries, fromEntries, getOrAdd, hasOwn, keys, values } from '../state/objects';
import { keyOf } from '../state/refs';

/** What is further ahead than this is no clock that is a little fast. */
const MOST_AHEAD = 60_000;
/** So many entities that parted are remembered, the last ones. */
const MOST_PARTED = 1_000;
/** By then every change that was under way has arrived; milliseconds. */
const KEPT = 10 * 60_000;
/** After so many more removals and fields, what is older than that is forgotten. */
const SWEEP_AFTER = 1_000;

/**
 * {@link Stamps} as they travel through continue-as-new, for each entity: one time for all that it has, or for
 * its removal if it is gone; or both that and the times of fields.
 */
export type CarriedStamps = {
  readonly [entityName: string]: {
    readonly [id: string]: number | readonly [removed: number, fields: Readonly<Record<string, number>>];
  };
};

/** When an entity was written. */
interface Entry {
  /** When it was last removed: what is older than that is gone. */
  removed: number;
  /** When the fields of `shape` were written, but for those of `fields`. */
  at: number;
  /** Shared between entities that were written with the same fields. */
  shape: readonly string[];
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
  #lastShape: readonly string[] = [];
  readonly #parted = new Set<string>();
  #grown = 0;
  #most = SWEEP_AFTER;

  /** @param store what the carried times are about */
  constructor(clock = 0, carried: CarriedStamps = {}, store?: EntityStore) {
    this.#clock = clock;
    forEach(carried, (name, id, times) => {
      const held = store?.get(name, id);
      if (typeof times !== 'number') {
        this.remove(name, id, times[0]);
        this.#entry(name, id).fields = Object.assign(table<number>(), times[1]);
      } else if (!held) this.remove(name, id, times);
      else this.#writeAll(name, id, keys(held), times);
    });
  }

  /** How many times it holds. */
  get size(): number {
    let size = 0;
    for (const entities of this.#entries.values())
      for (const { fields } of entities.values()) size += 1 + keys(fields ?? {}).length;
    return size;
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
    if (!at || !(at > 0)) return 0;
    const time = Math.min(at, Date.now() + MOST_AHEAD);
    this.#clock = Math.max(this.#clock, time);
    return time;
  }

  /** When a field was written, or its entity removed if that was later; 0 for long ago. */
  of(name: string, id: string, field: string): number {
    const entry = this.#known(name, id);
    if (!entry) return 0;
    const written = own(entry.fields, field) ?? (entry.shape.includes(field) ? entry.at : 0);
    return Math.max(entry.removed, written);
  }

  /** When anything of an entity was last written. */
  latest(name: string, id: string): number {
    const entry = this.#known(name, id);
    return entry ? Math.max(entry.removed, entry.at, ...values(entry.fields ?? {})) : 0;
  }

  /** When an entity was last removed; 0 for never. */
  removedAt(name: string, id: string): number {
    return this.#known(name, id)?.removed ?? 0;
  }

  write(name: string, id: string, field: string, at: number): void {
    const fields = (this.#entry(name, id).fields ??= table<number>());
    const isNew = !hasOwn(fields, field);
    fields[field] = at;
    if (isNew) this.#grow();
  }

  /** The entity is removed. */
  remove(name: string, id: string, at: number): void {
    this.#table(name).set(id, { removed: at, at: 0, shape: [] });
    this.#grow();
  }

  /** The entity was removed elsewhere and stays: what it has no longer is gone with that. */
  outlive(name: string, id: string, at: number): void {
    const entry = this.#entry(name, id);
    entry.removed = Math.max(entry.removed, at);
  }

  /** The entity is no part any more of what this workflow holds: nothing is known of it, but that. */
  part(ref: EntityRef): void {
    this.#entries.get(ref.name)?.delete(ref.id);
    this.#parted.add(keyOf(ref));
    const [oldest] = this.#parted;
    if (oldest && this.#parted.size > MOST_PARTED) this.#parted.delete(oldest);
  }

  /** Whether the last that was heard of the entity is that it is no part any more. */
  hasParted(ref: EntityRef): boolean {
    return this.#parted.has(keyOf(ref));
  }

  /** The entity is a part again. */
  rejoin(ref: EntityRef): void {
    this.#parted.delete(keyOf(ref));
  }

  /** Notes that changes were made, all at one time. */
  note(changes: ChangeSet, at: number, store: EntityStore): void {
    for (const { name, id } of changes.deletes) this.remove(name, id, at);
    forEach(changes.upserts, (name, id, set) => {
      const fields = keys(set);
      for (const field of valueAt(changes.unset, name, id) ?? []) this.write(name, id, field, at);
      // All that it has: one time is enough.
      if (fields.length === keys(store.get(name, id) ?? {}).length) this.#writeAll(name, id, fields, at);
      else for (const field of fields) this.write(name, id, field, at);
    });
  }

  /** What is recent, for continue-as-new. */
  carry(store: EntityStore): CarriedStamps {
    const since = this.#clock - KEPT;
    const carried = table<Record<string, CarriedStamps[string][string]>>();
    for (const [name, entities] of this.#entries)
      for (const [id, { removed, at, shape, fields = {} }] of entities) {
        const times = new Map(shape.map((field) => [field, at]));
        for (const [field, time] of entries(fields)) times.set(field, time);
        const recent = [...times].filter(([, time]) => time > since);
        if (removed <= since && recent.length === 0) continue;
        const held = store.get(name, id);
        const [[, first] = ['', 0]] = recent;
        const isOne =
          removed <= since &&
          held &&
          recent.length === keys(held).length &&
          recent.every(([field, time]) => time === first && hasOwn(held, field));
        (carried[name] ??= table())[id] = isOne
          ? first
          : !held && recent.length === 0
            ? removed
            : [removed, fromEntries(recent)];
      }
    return carried;
  }

  /** Forgets in time what nothing on its way can be older than: a run may be long, and see many come and go. */
  #grow(): void {
    if (++this.#grown < this.#most) return;
    const since = this.#clock - KEPT;
    let left = 0;
    for (const entities of this.#entries.values())
      for (const [id, entry] of entities) {
        for (const [field, time] of entries(entry.fields ?? {}))
          if (time <= since) delete entry.fields?.[field];
        const fields = keys(entry.fields ?? {}).length;
        if (fields === 0) delete entry.fields;
        left += fields + 1;
        if (Math.max(entry.removed, entry.at) > since || fields > 0) continue;
        entities.delete(id);
        left--;
      }
    // So it costs the same for each of many, however many there are.
    this.#grown = 0;
    this.#most = Math.max(SWEEP_AFTER, left);
  }

  /** Fields that went away earlier keep their time: what is older than that does not come back. */
  #writeAll(name: string, id: string, fields: readonly string[], at: number): void {
    const entry = this.#entry(name, id);
    for (const field of fields) delete entry.fields?.[field];
    for (const field of entry.shape)
      if (!fields.includes(field)) (entry.fields ??= table<number>())[field] ??= entry.at;
    if (entry.fields && keys(entry.fields).length === 0) delete entry.fields;
    entry.at = at;
    entry.shape = this.#intern(fields);
    if (entry.fields) this.#grow();
  }

  /** Neighbours mostly have the same fields. */
  #intern(shape: readonly string[]): readonly string[] {
    const last = this.#lastShape;
    if (last.length === shape.length && last.every((field, i) => field === shape[i])) return last;
    return (this.#lastShape = shape);
  }

  #known(name: string, id: string): Entry | undefined {
    return this.#entries.get(name)?.get(id);
  }

  #entry(name: string, id: string): Entry {
    return getOrAdd(this.#table(name), id, (): Entry => ({ removed: 0, at: 0, shape: [] }));
  }

  #table(name: string): Map<string, Entry> {
    return getOrAdd(this.#entries, name, () => new Map<string, Entry>());
  }
}
