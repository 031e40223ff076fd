import type { Fields } from '../contract/schema';
import type { ChangeSet } from '../contract/wire';
import { at, copyFields, forEach, inner, own, setField, table, type Tables } from './json';
import { keys } from './objects';
import { keyOf } from './refs';

/** How many bytes something is as JSON. */
const bytesOf = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length;

/** Gives what the fields of an entity were that changed; all of one that was removed, nothing of one that was not there. */
export type Before = (entityName: string, id: string) => Fields | undefined;

/** Entities as they were before something, by their keys; nothing for those that were not there. */
export type Earlier = ReadonlyMap<string, Fields | undefined>;

/**
 * What entities were before changes that nobody has seen yet. The fields of an entity are never changed in place, so it
 * is the old objects that are held, and nothing is copied unless somebody asks.
 */
export class BeforeLog {
  #earlier?: Map<string, Fields | undefined>;

  /** Adds what changed after everything that waits. */
  add(earlier: Earlier = new Map()): void {
    for (const [key, fields] of earlier) if (!this.#earlier?.has(key)) this.#known.set(key, fields);
  }

  /** What came and went while nobody looks would add up for ever. @param changes what was added last */
  forget({ upserts, deletes }: ChangeSet): void {
    for (const ref of deletes)
      if (this.#earlier?.get(keyOf(ref)) === undefined && !at(upserts, ref.name, ref.id))
        this.#earlier?.delete(keyOf(ref));
  }

  /** Hands over what waits; nothing does afterwards. */
  take(): Earlier {
    const taken = this.#earlier ?? new Map();
    this.#earlier = undefined;
    return taken;
  }

  /** Takes back what was handed over: it happened before everything that waits. */
  giveBack(earlier: Earlier): void {
    const later = this.take();
    this.add(earlier);
    this.add(later);
  }

  /**
   * What of it is handed to the next run, together with the changes.
   *
   * @param room how many bytes it may have: what does not fit is not known there
   */
  carry(changes: ChangeSet, room: number): Tables<Fields> | undefined {
    if (room <= 0) return undefined;
    const before = beforeIn(changes, this.#earlier ?? new Map());
    const carried = table<Record<string, Fields>>();
    let left = room;
    const add = (name: string, id: string): void => {
      const fields = left > 0 ? before(name, id) : undefined;
      if (!fields) return;
      left -= bytesOf({ [name]: { [id]: fields } });
      if (left > 0) inner(carried, name)[id] = fields;
    };
    forEach(changes.upserts, add);
    for (const { name, id } of changes.deletes) add(name, id);
    return keys(carried).length > 0 ? carried : undefined;
  }

  /** @param carried what the run before handed over; its first versions, nothing */
  static from(changes: ChangeSet, carried?: Tables<Fields>): BeforeLog {
    const log = new BeforeLog();
    const add = (name: string, id: string): void =>
      void log.#known.set(keyOf({ name, id }), at(carried, name, id));
    forEach(changes.upserts, add);
    for (const { name, id } of changes.deletes) add(name, id);
    return log;
  }

  get #known(): Map<string, Fields | undefined> {
    return (this.#earlier ??= new Map());
  }
}

/** What changed, as it was before. */
export function beforeIn({ upserts, unset, deletes }: ChangeSet, earlier: Earlier): Before {
  let removed: ReadonlySet<string> | undefined;
  return (name, id) => {
    const key = keyOf({ name, id });
    const fields = earlier.get(key);
    removed ??= new Set(deletes.map(keyOf));
    if (!fields || removed.has(key)) return fields;
    const changed = at(upserts, name, id);
    if (!changed) return undefined;
    const was = copyFields(undefined);
    for (const field of [...keys(changed), ...(at(unset, name, id) ?? [])]) {
      const value = own(fields, field);
      if (value !== undefined) setField(was, field, value);
    }
    return was;
  };
}
