import { InvalidInputError } from './errors';
import { NAME_PATTERN, NAME_RULE } from './names';

/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The fields of one entity. Relations hold ids, never nested entities. Immutable: a change makes a new object. */
export type Fields = { readonly [field: string]: Json };

/** Entity state: the normalized store, by entity name and id. */
export type Entities = { readonly [entityName: string]: { readonly [id: string]: Fields } };

/** To one (`'Account'`) or to many (`['Contact']`). Make it with {@link one} and {@link many}. */
export type Relation = string | readonly [string];

/** One kind of entity. */
export interface EntitySchema {
  /**
   * The field that holds the id. A dotted path reaches into objects; several make a composite id, whose
   * parts are percent-encoded and joined with `:`.
   * @default 'id'
   */
  readonly idAttribute?: string | readonly string[];
  /** The fields that hold other entities, and which. @default none */
  readonly relations?: { readonly [field: string]: Relation };
}

/** The kinds of entity that a workflow holds, by name. Plain JSON: it travels with each load. */
export type Schema = { readonly [entityName: string]: EntitySchema };

/** A relation to one entity. */
export const one = <const Name extends string>(entityName: Name): Name => entityName;

/** A relation to a list of entities. */
export const many = <const Name extends string>(entityName: Name): readonly [Name] => [entityName];

/** Whether a value names the field that holds an id, or several. */
export const isIdAttribute = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 && value.every(isPath) : isPath(value);

const isPath = (value: unknown): boolean =>
  typeof value === 'string' && value.split('.').every((part) => part.trim() !== '');

const isRelation = (value: unknown): value is Relation =>
  typeof value === 'string' || (Array.isArray(value) && value.length === 1 && typeof value[0] === 'string');

const invalid = (field: string, reason: string, fix: string): InvalidInputError =>
  new InvalidInputError(`schema.${field}`, reason, fix, 'SCHEMA_INVALID');

/**
 * Declares the entities of a workflow and their relations.
 *
 * @example
 * const schema = defineSchema({
 *   Customer: { relations: { contacts: many('Contact'), account: one('Account') } },
 *   Contact: {},
 *   Account: { idAttribute: ['region', 'number'] },
 * });
 * @throws InvalidInputError `SCHEMA_INVALID` when a name cannot be used or a relation leads nowhere
 */
export function defineSchema<const S extends Schema>(schema: S): S {
  for (const [name, entity] of Object.entries(schema)) {
    if (!NAME_PATTERN.test(name)) throw invalid(name, `is not ${NAME_RULE}`, 'Rename it');
    if (!isIdAttribute(entity.idAttribute ?? 'id'))
      throw invalid(
        `${name}.idAttribute`,
        'is empty, or a part of it is',
        'Name the field that holds the id',
      );
    for (const [field, relation] of Object.entries(entity.relations ?? {})) {
      if (!isRelation(relation))
        throw invalid(
          `${name}.relations.${field}`,
          'is not a relation',
          'Write one("Contact") or many("Contact")',
        );
      const target = relationTarget(relation);
      if (!Object.hasOwn(schema, target))
        throw invalid(
          `${name}.relations.${field}`,
          `leads to "${target}", which the schema does not have`,
          `Add it, or name one of ${Object.keys(schema).join(', ')}`,
        );
    }
  }
  return schema;
}

/** The name of the entity that a relation leads to. */
export const relationTarget = (relation: Relation): string =>
  typeof relation === 'string' ? relation : relation[0];

/** Whether a relation holds a list. */
export const isMany = (relation: Relation): relation is readonly [string] => typeof relation !== 'string';

/**
 * The part of a schema that can be reached from one entity: what a load has to know.
 *
 * @param field follows only this relation of the first entity
 */
export function reachableSchema(schema: Schema, entityName: string, field?: string): Schema {
  const part: Record<string, EntitySchema> = {};
  const visit = (name: string, relations = schema[name]?.relations): void => {
    if (Object.hasOwn(part, name)) return;
    part[name] = { ...schema[name], relations };
    for (const relation of Object.values(relations ?? {})) visit(relationTarget(relation));
  };
  const relation = field && schema[entityName]?.relations?.[field];
  if (relation) {
    visit(relationTarget(relation));
    // Unless a record can hold the first entity, and then all of it.
    visit(entityName, { [field]: relation });
  } else visit(entityName);
  return part;
}
