import { InvalidInputError } from './errors';
import { relationTarget, type Schema } from './schema';

/** The parts of a selector, as they are meant; empty for any. */
export const selectorParts = (selector: string): string[] =>
  selector.split('.').map((part) => (part === '*' ? '' : part.replaceAll('%2E', '.').replaceAll('%2A', '*')));

/**
 * Checks that a selector can match something: names of entities that there are, and no part of which only a part is
 * left open.
 *
 * @param schema the entities of the workflow that is asked, where they are known
 * @throws InvalidInputError
 */
export function checkSelector(selector: string, schema?: Schema, field = 'selector'): void {
  const open = selector.split('.').find((part) => part !== '*' && part.includes('*'));
  if (open !== undefined)
    throw new InvalidInputError(
      field,
      `has "${open.slice(0, 80)}", and "*" stands for a whole name or id, not for a part of one`,
      'Write "*" alone, or all of the name; a star that belongs to an id is written %2A',
    );
  if (schema) checkNames(selectorParts(selector), schema, field);
}

function checkNames([name, , relation, ...rest]: readonly string[], schema: Schema, field: string): void {
  if (!name) return;
  if (!Object.hasOwn(schema, name))
    throw new InvalidInputError(
      field,
      `names "${name.slice(0, 80)}", which is not an entity of this workflow`,
      `Begin with one of ${Object.keys(schema).join(', ')}, or with "*" for any`,
    );
  const { relations = {} } = schema[name] ?? {};
  // What follows a relation is the id of what it leads to, and so on.
  const target = relation && Object.hasOwn(relations, relation) ? relations[relation] : undefined;
  if (target) checkNames([relationTarget(target), ...rest], schema, field);
}
