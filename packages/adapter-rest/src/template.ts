import { InvalidInputError, type EntityRef } from '@stateful-workflow/core';

const PLACEHOLDER = /\{([A-Za-z_][\w.-]*)\}/g;

/** What placeholders stand for. */
export type TemplateValues = Readonly<Record<string, string>>;

/** The values of a query's templates: those of the entity, and its own. */
export function templateValues(
  entity: EntityRef,
  values: Readonly<Record<string, string | number | boolean>> = {},
): TemplateValues {
  const own = Object.entries(values).map(([name, value]) => [name, String(value)]);
  return { ...Object.fromEntries(own), id: entity.id, entityName: entity.name } as TemplateValues;
}

/**
 * Says what is wrong with the placeholders in a template, or `undefined`.
 *
 * @param names what there is besides the entity's `{id}` and `{entityName}`
 */
export function templateProblem(template: string, names: readonly string[] = []): string | undefined {
  const known = ['id', 'entityName', ...names];
  const unknown = [...template.matchAll(PLACEHOLDER)].find(([, name = '']) => !known.includes(name));
  if (unknown === undefined) return undefined;
  const list = known.map((name) => `{${name}}`);
  return `has the placeholder ${unknown[0]}; there are ${list.slice(0, -1).join(', ')} and ${list.at(-1)}`;
}

/**
 * Fills placeholders.
 *
 * @param encode how a value is written where it stands
 * @throws InvalidInputError when a value is empty
 */
export function fillTemplate(
  template: string,
  values: TemplateValues,
  encode: (value: string) => string,
): string {
  return template.replace(PLACEHOLDER, (whole, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) return whole;
    if (value === '') {
      throw new InvalidInputError(name, `is empty, and the source uses {${name}}`, 'Give it a value');
    }
    try {
      return encode(value);
    } catch {
      // `encodeURIComponent` refuses half of a surrogate pair.
      throw new InvalidInputError(name, 'is not well-formed text', 'Give one that is valid Unicode');
    }
  });
}
