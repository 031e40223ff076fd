import type { DataOf, ItemOf, ListNames, RelationNames, TargetName } from '../contract/entity-types';
import type { Schema } from '../contract/schema';
import type { SourceDefinition } from '../contract/source';
import type { ManagedPathOptions } from '../hierarchy/managed-path';
import type { StatefulWorkflow } from './stateful-workflow';

/**
 * A {@link StatefulWorkflow} with the types of a schema. `workflowClass` gives a class of it to extend.
 *
 * @typeParam S as in `typeof schema`
 * @typeParam Root the name of the root entity
 */
export interface TypedWorkflow<S extends Schema, Root extends keyof S & string> extends StatefulWorkflow<
  unknown,
  S
> {
  readonly schema: S;
  readonly sources?: SourcesOf<S, Root>;
  readonly entityName: Root;
  readonly '~data'?: DataOf<S, Root>;
  readonly data: DataOf<S, Root> | undefined;
  startChild(path: RelationNames<S[Root]>, id: string): void;
}

/**
 * Sources of a workflow. Where a builder knows it, the compiler sees to it that `into` is a list that the root entity has,
 * and that a record schema is named after an entity.
 */
export type SourcesOf<S extends Schema, Root extends keyof S & string> = Readonly<
  Record<string, SourceDefinition & PlacedIn<S, Root>>
>;

interface PlacedIn<S extends Schema, Root extends keyof S & string> {
  readonly '~into'?: 'root' | ListNames<S[Root]>;
  readonly '~records'?: keyof S & string;
}

/** Managed paths of a workflow: relations that its root entity has, with the types of their items. */
export type ManagedPathsOf<S extends Schema, Root extends keyof S & string> = {
  readonly [R in RelationNames<S[Root]>]?: true | ManagedPathOptions<ItemOf<S, TargetName<S, Root, R>>>;
};
