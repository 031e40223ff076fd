import type { EntityRef } from '../contract/adapter';
import type { ChangeSet } from '../contract/wire';
import { own } from '../state/json';

/** The fields of an entity that a change set touches. */
export function fieldsIn(changes: ChangeSet | undefined, { name, id }: EntityRef): string[] {
  return [
    ...Object.keys(own(own(changes?.upserts, name), id) ?? {}),
    ...(own(own(changes?.unset, name), id) ?? []),
  ];
}
