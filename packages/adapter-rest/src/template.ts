import { InvalidInputError, type EntityRef } from '@stateful-workflow/core';

const PLACEHOLDER = /\{([A-Za-z_][\w.-]*)\}/g;
const KNOWN = ['id', 'entityName'];

/** Says what is wrong with the placeholders in a template, or `undefined`. */
export function templateProblem(template: string): string | undefined {
  const unknown = [...template.matchAll(PLACEHOLDER)].find(([, name = '']) => !KNOWN.includes(name));
  return unknown === undefined
    ? undefined
    : `has the placeholder ${unknown[0]}; there are {id} and {entityName}`;
}

/**
 * Fills `{id}` and `{entityName}`.
 *
 * @param encode how a value is written where it stands
 * @throws InvalidInputError when the entity has no such value
 */
export function fillTemplate(template: string, entity: EntityRef, encode: (value: string) => string): string {
  return template.replace(PLACEHOLDER, (_, name: string) => {
    const field = name === 'id' ? 'id' : 'entityName';
    const value = field === 'id' ? entity.id : entity.name;
    if (value === '') {
      throw new InvalidInputError(
        field,
        `is empty, and the source's path or params use {${field}}`,
        'Give the entity one',
      );
    }
    try {
      return encode(value);
    } catch {
      // `encodeURIComponent` refuses half of a surrogate pair.
      throw new InvalidInputError(
        field,
        'is not well-formed text',
        'Give the entity one that is valid Unicode',
      );
    }
  });
}
