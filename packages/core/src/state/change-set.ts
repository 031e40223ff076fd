import type { EntityRef } from '../contract/adapter';
import type { ChangeSet } from '../contract/wire';

/** A change set that changes nothing. */
export const NO_CHANGES: ChangeSet = { upserts: {}, unset: {}, deletes: [] };

/** How many entities a change set touches. */
export function sizeOf(changes: ChangeSet): { upserted: number; deleted: number } {
  return {
    upserted: Object.values(changes.upserts).flatMap((table) => Object.keys(table)).length,
    deleted: changes.deletes.length,
  };
}

/** Whether a change set changes nothing. */
export function isEmpty(changes: ChangeSet): boolean {
  return changes.deletes.length === 0 && Object.keys(changes.upserts).length === 0;
}

/** Ids by entity name, as a list. */
export function refsOf(ids: { readonly [entityName: string]: readonly string[] } = {}): EntityRef[] {
  return Object.entries(ids).flatMap(([name, some]) => some.map((id) => ({ name, id })));
}
