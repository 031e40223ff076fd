import type { EntityRef } from '../contract/adapter';
import type { Fields } from '../contract/schema';
import type { ChangeSet } from '../contract/wire';
import { inner, own, table } from './json';

/** A change set that changes nothing. */
export const NO_CHANGES: ChangeSet = { upserts: {}, unset: {}, deletes: [] };

/** How many entities a change set touches. */
export function sizeOf(changes: ChangeSet): { upserted: number; deleted: number } {
  const upserted = Object.values(changes.upserts).reduce(
    (sum, entities) => sum + Object.keys(entities).length,
    0,
  );
  return { upserted, deleted: changes.deletes.length };
}

/** Whether a change set changes nothing. */
export function isEmpty(changes: ChangeSet): boolean {
  return changes.deletes.length === 0 && Object.keys(changes.upserts).length === 0;
}

/**
 * Two changes, one after the other, as one. Its origin is theirs, if they share it. An entity that went and
 * came back is among the deletes and the upserts.
 */
export function mergeChanges(first: ChangeSet, second: ChangeSet): ChangeSet {
  if (isEmpty(first)) return second;
  if (isEmpty(second)) return first;
  const upserts = table<Record<string, Fields>>();
  const unset = table<Record<string, readonly string[]>>();
  const deletes = new Map<string, EntityRef>();
  const keyOf = (name: string, id: string): string => JSON.stringify([name, id]);
  for (const changes of [first, second]) {
    for (const ref of changes.deletes) {
      delete upserts[ref.name]?.[ref.id];
      delete unset[ref.name]?.[ref.id];
      deletes.set(keyOf(ref.name, ref.id), ref);
    }
    for (const [name, entities] of Object.entries(changes.upserts)) {
      for (const [id, fields] of Object.entries(entities)) {
        const earlier = inner(upserts, name)[id];
        const gone = own(own(changes.unset, name), id) ?? [];
        const kept =
          earlier && Object.fromEntries(Object.entries(earlier).filter(([field]) => !gone.includes(field)));
        inner(upserts, name)[id] = { ...kept, ...fields };
        const absent = [...new Set([...(unset[name]?.[id] ?? []), ...gone])].filter(
          (field) => !Object.hasOwn(fields, field),
        );
        if (absent.length > 0) inner(unset, name)[id] = absent;
        else delete unset[name]?.[id];
      }
    }
  }
  for (const tables of [upserts, unset]) {
    for (const name of Object.keys(tables))
      if (Object.keys(tables[name] ?? {}).length === 0) delete tables[name];
  }
  const origin = first.origin === second.origin ? first.origin : undefined;
  return { upserts, unset, deletes: [...deletes.values()], ...(origin !== undefined && { origin }) };
}
