import type { ChangeSet } from '../contract/wire';

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
