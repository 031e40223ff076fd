import { isObject } from '@stateful-workflow/http';
import { type EntityRef, InvalidInputError, type Json } from '@stateful-workflow/core';

const PLACEHOLDER = /\{([A-Za-z_][\w.-]*)\}/g;
const KNOWN = ['id', 'entityName'];

/** The variables of a request. */
export type Variables = { readonly [name: string]: Json };

/** Says what is wrong with the placeholders in variables, or `undefined`. */
export function placeholderProblem(value: unknown): string | undefined {
  if (typeof value === 'string') {
    const unknown = [...value.matchAll(PLACEHOLDER)].find(([, name = '']) => !KNOWN.includes(name));
    return unknown && `has the placeholder ${unknown[0]}; there are {id} and {entityName}`;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.values(value).map(placeholderProblem).find(Boolean);
}

/**
 * Fills `{id}` and `{entityName}` wherever they are in variables.
 *
 * @throws InvalidInputError when the entity has no such value
 */
export function fillVariables(variables: Variables, entity: EntityRef): Variables {
  return filled(variables, entity) as Variables;
}

function filled(value: Json, entity: EntityRef): Json {
  if (typeof value === 'string') return value.replace(PLACEHOLDER, (_, name: string) => named(name, entity));
  if (Array.isArray(value)) return value.map((item: Json) => filled(item, entity));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner, entity)]));
}

function named(name: string, entity: EntityRef): string {
  const value = name === 'id' ? entity.id : entity.name;
  if (value !== '') return value;
  throw new InvalidInputError(
    name,
    `is empty, and the source's variables use {${name}}`,
    'Give the entity one',
  );
}
