import type { EntityRef } from '../contract/adapter';
import type { ChangeSet } from '../contract/wire';
import { at } from '../state/json';
import { keys } from '../state/objects';

/** The fields of an entity that a change set touches. */
export const fieldsIn = ({ upserts, unset }: ChangeSet, { name, id }: EntityRef): string[] => [
  ...keys(at(upserts, name, id) ?? {}),
  ...(at(unset, name, id) ?? []),
];
