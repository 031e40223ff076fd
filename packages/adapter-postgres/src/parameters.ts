import { type EntityRef, InvalidInputError } from '@stateful-workflow/core';
import type { EntityValue, Parameter } from './postgres-query';

const isEntityValue = (value: Parameter): value is EntityValue =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).length === 1 &&
  ((value as EntityValue).entity === 'id' || (value as EntityValue).entity === 'name');

/**
 * A parameter as `pg` takes it: the entity's values are put in, objects become JSON, lists Postgres arrays.
 *
 * @throws InvalidInputError when the entity has no such value
 */
export function bound(value: Parameter, entity: EntityRef): unknown {
  if (isEntityValue(value)) {
    const given = entity[value.entity];
    if (given === '')
      throw new InvalidInputError(
        value.entity,
        `is empty, and the source's query uses entity.${value.entity}`,
        'Give the entity one',
      );
    return given;
  }
  if (Array.isArray(value)) return value.map((item: Parameter) => bound(item, entity));
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

/** A parameter as text, for settings. */
export const boundText = (value: Parameter, entity: EntityRef): string => String(bound(value, entity));
