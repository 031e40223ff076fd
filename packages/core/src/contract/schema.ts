import type { StandardSchemaV1 } from '@standard-schema/spec';
import { InvalidInputError } from './errors';
import type { JsonOf } from './json-of';
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
  /** What its fields are, for the compiler: see {@link EntityDeclaration}. @default any fields */
  readonly fields?: FieldTypes<unknown>;
}

/**
 * What the fields of an entity are, for the compiler alone. Made by {@link typed}, and by {@link defineSchema} of a
 * Standard Schema.
 *
 * @typeParam T the fields, as JSON holds them
 */
export interface FieldTypes<T> {
  /** There is no such value. */
  readonly '~fields'?: T;
}

/** The same of a Standard Schema, which checks records on the worker: see `recordSchemas`. @typeParam T as JSON holds them */
export interface CheckedFieldTypes<T> extends FieldTypes<T>, StandardSchemaV1 {}

/** One kind of entity as it is declared, with what its fields are. */
export interface EntityDeclaration extends Omit<EntitySchema, 'fields'> {
  /**
   * What its fields are, besides its relations: a schema of any library that keeps to Standard Schema (zod, valibot,
   * arktype, …), or {@link typed}. The compiler reads it; of a Standard Schema it is what the schema makes of a record
   * that counts. It neither travels nor runs in the workflow: see `recordSchemas`, by which an adapter checks records.
   * @default any fields
   */
  readonly fields?: StandardSchemaV1 | FieldTypes<unknown>;
}

/**
 * A schema as {@link defineSchema} gives it.
 *
 * @typeParam Given as it was written
 */
export type SchemaOf<Given> = {
  readonly [Name in keyof Given]: {
    readonly [K in keyof Given[Name]]: K extends 'fields' ? FieldTypesOf<Given[Name][K]> : Given[Name][K];
  };
} & {};

/** What is wrong with a declaration, at its place: relations that lead nowhere, and options that there are not. */
type Checked<Given> = {
  readonly [Name in keyof Given]: {
    readonly [K in keyof Given[Name]]: K extends 'relations'
      ? { readonly [R in keyof Given[Name][K]]: keyof Given | readonly [keyof Given] }
      : K extends keyof EntityDeclaration
        ? unknown
        : never;
  };
};

type FieldTypesOf<Fields> = Fields extends FieldTypes<unknown> | undefined
  ? Fields
  : Fields extends StandardSchemaV1
    ? CheckedFieldTypes<JsonOf<StandardSchemaV1.InferOutput<Fields>>>
    : Fields;

/** The kinds of entity that a workflow holds, by name. Plain JSON: it travels with each load. */
export type Schema = { readonly [entityName: string]: EntitySchema };

/** A relation to one entity. */
export const one = <const Name extends string>(entityName: Name): Name => entityName;

/** A relation to a list of entities. */
export const many = <const Name extends string>(entityName: Name): readonly [Name] => [entityName];

/**
 * Says what the fields of an entity are by their type alone. It is `undefined` when the code runs, and costs nothing.
 *
 * @typeParam Fields the fields, without relations. They are read as the JSON that travels: a `Date` is text
 * @example
 * const schema = defineSchema({ Contact: { fields: typed<{ id: string; name: string }>() } });
 */
export const typed = <Fields extends object>(): FieldTypes<JsonOf<Fields>> | undefined => undefined;

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
 * Declares the entities of a workflow, their fields and their relations.
 *
 * @example
 * const schema = defineSchema({
 *   Customer: {
 *     fields: z.object({ id: z.string(), name: z.string() }),
 *     relations: { contacts: many('Contact'), account: one('Account') },
 *   },
 *   Contact: { fields: typed<{ id: string; email: string }>() },
 *   Account: { idAttribute: ['region', 'number'] },
 * });
 * @throws InvalidInputError `SCHEMA_INVALID` when a name cannot be used or a relation leads nowhere
 */
export function defineSchema<const Given extends { readonly [entityName: string]: EntityDeclaration }>(
  given: Given & Checked<Given>,
): SchemaOf<Given> {
  const schema = withoutFields(given);
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
  return schema as SchemaOf<Given>;
}

/**
 * The same schema, in which what the fields are is there for who asks for it by name, and for nobody else: so it is in no
 * JSON. One that says nothing of fields is given back as it is.
 */
function withoutFields(given: { readonly [entityName: string]: EntityDeclaration }): Schema {
  const declared = Object.entries(given);
  if (!declared.some(([, entity]) => Object.keys(entity).includes('fields'))) return given as Schema;
  return Object.fromEntries(
    declared.map(([name, { fields, ...entity }]) => [
      name,
      Object.defineProperty(entity, 'fields', { value: fields }),
    ]),
  );
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
