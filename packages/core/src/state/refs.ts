import type { EntityRef } from '../contract/adapter';

/** One key for an entity, whatever its name and id are. */
export const keyOf = ({ name, id }: EntityRef): string => `${name}:${id}`;

/** Whether two references name one entity. */
export const isSame = (a: EntityRef, b: EntityRef): boolean => a.name === b.name && a.id === b.id;
