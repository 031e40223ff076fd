import type { EntitiesOf, GivenItem, GivenOf, ListNames, StoredOf, TargetName } from './entity-types';
import type { Subscription } from './hierarchy';
import type { Fields, Schema } from './schema';
import type { ChangeSet, DeletePayload, UpdatePayload } from './wire';

/** Something for each of some lists; nothing where there are none. */
type ByList<List extends string, T extends { readonly [L in List]?: unknown }> = [List] extends [never]
  ? never
  : T;

/**
 * Payload of `update` by a schema: of each entity by its name, with its own fields and lists.
 *
 * @typeParam S as in `typeof schema`
 */
export type UpdateOf<S extends Schema> = string extends keyof S
  ? UpdatePayload
  : { readonly [Name in keyof S & string]: UpdateOfEntity<S, Name> }[keyof S & string];

/** Payload of `update` about one kind of entity. */
export interface UpdateOfEntity<S extends Schema, Name extends keyof S & string> extends Omit<
  UpdatePayload,
  'entityName' | 'data' | 'updates' | 'unset' | 'add' | 'remove'
> {
  readonly entityName: Name;
  readonly data?: GivenOf<S, Name> | readonly GivenOf<S, Name>[];
  readonly updates?: EntitiesOf<S>;
  readonly unset?: FieldsThatWent<S>;
  readonly add?: ByList<
    ListNames<S[Name]>,
    { readonly [L in ListNames<S[Name]>]?: readonly GivenItem<S, TargetName<S, Name, L>>[] }
  >;
  readonly remove?: ByList<ListNames<S[Name]>, { readonly [L in ListNames<S[Name]>]?: readonly string[] }>;
}

type FieldsThatWent<S> = {
  readonly [Name in keyof S]?: { readonly [id: string]: readonly (keyof StoredOf<S, Name> & string)[] };
};

/** Payload of `delete` by a schema. @typeParam S as in `typeof schema` */
export type DeleteOf<S extends Schema> = string extends keyof S
  ? DeletePayload
  : {
      readonly [Name in keyof S & string]: Omit<DeletePayload, 'entityName' | 'data' | 'deletions'> & {
        readonly entityName: Name;
        readonly data?: GivenOf<S, Name> | readonly GivenOf<S, Name>[];
        readonly deletions?: { readonly [Other in keyof S]?: readonly string[] };
      };
    }[keyof S & string];

/** A {@link ChangeSet} by a schema. @typeParam S as in `typeof schema` */
export type ChangesOf<S extends Schema> = string extends keyof S ? ChangeSet : TypedChanges<S>;

/** What really changed, by a schema. */
export interface TypedChanges<S extends Schema> extends Omit<ChangeSet, 'upserts' | 'unset' | 'deletes'> {
  /** Changed fields only; a new entity has all its fields. */
  readonly upserts: EntitiesOf<S>;
  /** Fields that went away. */
  readonly unset: FieldsThatWent<S>;
  /** Entities that went, before the upserts: one that came back is in both. */
  readonly deletes: readonly { readonly name: keyof S & string; readonly id: string }[];
}

/**
 * Gives what the fields of an entity were, by a schema: see `Before`.
 *
 * @typeParam S as in `typeof schema`
 */
export type BeforeOf<S extends Schema> = string extends keyof S
  ? (entityName: string, id: string) => Fields | undefined
  : <Name extends keyof S & string>(entityName: Name, id: string) => StoredOf<S, Name> | undefined;

/** A {@link Subscription} by a schema: its selector begins with an entity that there is. @typeParam S as in `typeof schema` */
export type SubscriptionOf<S extends Schema> = string extends keyof S
  ? Subscription
  : Omit<Subscription, 'selector'> & { readonly selector: SelectorOf<keyof S & string> };

type SelectorOf<Name extends string> = '*' | `*.${string}` | Name | `${Name}.${string}`;
