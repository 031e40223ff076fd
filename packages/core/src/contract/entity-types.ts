import type { Entities, Fields, FieldTypes, Schema } from './schema';

/** What an entity's fields are; any, where its schema does not say. */
type FieldsOf<Entity> = 'fields' extends keyof Entity
  ? Entity extends { readonly fields?: FieldTypes<infer Fields> }
    ? Fields
    : AnyFields
  : AnyFields;

interface AnyFields {
  readonly [field: string]: unknown;
}

type RelationsOf<Entity> = Entity extends { readonly relations: infer Relations } ? Relations : unknown;

type TargetOf<R> = R extends readonly [infer Target] ? Target : R;

/** The names of the relations of an entity. */
export type RelationNames<Entity> = keyof RelationsOf<Entity> & string;

/** The names of an entity's relations to many. */
export type ListNames<Entity> = {
  [R in RelationNames<Entity>]: RelationsOf<Entity>[R] extends readonly [string] ? R : never;
}[RelationNames<Entity>];

/** The name of the entity that a relation leads to. */
export type TargetName<S, Name extends keyof S, R extends RelationNames<S[Name]>> = TargetOf<
  RelationsOf<S[Name]>[R]
> &
  keyof S &
  string;

/** Has an editor show the fields, not how they came about. */
type Shown<T> = { [K in keyof T]: T[K] } & {};

/** The field that holds an entity's id, if it is one that its fields have. */
type IdField<Entity> = (
  Entity extends { readonly idAttribute: infer Id } ? Id : 'id'
) extends infer Id extends keyof FieldsOf<Entity>
  ? Id
  : never;

type Filled<S, Name extends keyof S, Path> = {
  readonly [R in RelationNames<S[Name]>]?: RelationsOf<S[Name]>[R] extends readonly [string]
    ? readonly FilledItem<S, TargetName<S, Name, R>, Path>[]
    : FilledItem<S, TargetName<S, Name, R>, Path> | null;
};

/** Where a relation leads back to what is being filled in, the id stands. */
type FilledItem<S, Name extends keyof S, Path> = Name extends Path
  ? ItemOf<S, Name> | string
  : ItemOf<S, Name, Path | Name>;

/** Fields, each there or not but for the id, with relations in place of those of the same name. Of a union, each member. */
type Assembled<Fields, Relations, Id = never> = string extends keyof Fields
  ? Fields & Relations
  : Fields extends unknown
    ? Shown<
        { readonly [K in keyof Fields as Extract<K, Id>]: Fields[K] } & {
          readonly [K in keyof Fields as Exclude<K, Id | keyof Relations>]?: Fields[K];
        } & Relations
      >
    : never;

/**
 * An entity with its relations filled in, as `this.data`, `dataOf` and a client's `data()` give it. Each field is optional:
 * a source may not have brought it yet; {@link isLoaded} says that some have.
 *
 * ## Rules
 * - Where a relation leads back to a kind of entity that is being filled in, an id may stand in its place: the type is both.
 * - Types are those of the JSON that travels: a `Date` is text.
 *
 * @typeParam S the schema, as in `DataOf<typeof schema, 'Customer'>`
 */
export type DataOf<S, Name extends keyof S, Path = Name> = Assembled<
  FieldsOf<S[Name]>,
  Filled<S, Name, Path>
>;

/** An entity as {@link DataOf} has it, of which the id is known: an item of a list, or of a managed path. */
export type ItemOf<S, Name extends keyof S, Path = Name> = Assembled<
  FieldsOf<S[Name]>,
  Filled<S, Name, Path>,
  IdField<S[Name]>
>;

/** An entity as entity state has it: ids where its relations are. Each field is there or not. */
export type StoredOf<S, Name extends keyof S> = Assembled<StoredFields<S[Name]>, Ids<S[Name]>>;

type StoredFields<Entity> = string extends keyof FieldsOf<Entity> ? Fields : FieldsOf<Entity>;

type Ids<Entity> = {
  readonly [R in RelationNames<Entity>]?: RelationsOf<Entity>[R] extends readonly [string]
    ? readonly string[]
    : string | null;
};

/**
 * An entity as it is given to `update`, and as a source's records are: entities or ids in its relations, and fields of
 * which none has to be there.
 */
export type GivenOf<S, Name extends keyof S> = Assembled<FieldsOf<S[Name]>, Given<S, Name>>;

type Given<S, Name extends keyof S> = {
  readonly [R in RelationNames<S[Name]>]?: RelationsOf<S[Name]>[R] extends readonly [string]
    ? readonly GivenItem<S, TargetName<S, Name, R>>[]
    : GivenItem<S, TargetName<S, Name, R>> | null;
};

/** An entity of a list as it is given, or its id. */
export type GivenItem<S, Name extends keyof S> = string | GivenOf<S, Name>;

/** Entity state of a schema, normalized. @typeParam S as in `typeof schema` */
export type EntitiesOf<S extends Schema> = string extends keyof S
  ? Entities
  : { readonly [Name in keyof S]?: { readonly [id: string]: StoredOf<S, Name> } };

/** What an entity is: what it is taken for, else as the schema says, where there is one. */
export type TakenFor<Entity, S extends Schema, Name extends keyof S> = [Entity] extends [never]
  ? string extends keyof S
    ? unknown
    : DataOf<S, Name>
  : Entity;
