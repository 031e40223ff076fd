export { isLoaded } from './contract/is-loaded';
export {
  type CheckedFieldTypes,
  defineSchema,
  many,
  one,
  type Entities,
  type EntityDeclaration,
  type EntitySchema,
  type Fields,
  type FieldTypes,
  type Json,
  type Relation,
  type Schema,
  type SchemaOf,
  typed,
} from './contract/schema';
export { InvalidInputError } from './contract/errors';
export {
  defineSource,
  type Duration,
  type PlacedSource,
  type Placing,
  type SourceDefinition,
  type SourceOptions,
} from './contract/source';
export type {
  ChangeSet,
  ChangeSummary,
  CredentialReference,
  DeletePayload,
  MergeStrategy,
  StartInput,
  UpdatePayload,
  WorkflowStatus,
} from './contract/wire';
export type { BeforeOf, ChangesOf, DeleteOf, SubscriptionOf, UpdateOf } from './contract/typed-wire';
export type { DataOf, EntitiesOf, GivenOf, ItemOf, StoredOf } from './contract/entity-types';
export type { JsonOf } from './contract/json-of';
export type { ChildEnd, ChildInfo, ChildStatus, OrphanPolicy, Subscription } from './contract/hierarchy';
export type { Item, ManagedPathOptions, ManagedPaths } from './hierarchy/managed-path';
export type { Before } from './state/before';
export type { Provenance } from './state/entity-state';
export {
  defineWorkflow,
  type DefineWorkflowOptions,
  type StatefulWorkflowFunction,
} from './workflow/define-workflow';
export type { TriggerName } from './workflow/inbox';
export type { LoadFault } from './workflow/load-fault';
export type { Loader, SourceOutcome } from './workflow/loader';
export type { DeepReadonly } from './state/read-only';
export type { RefreshPolicy } from './workflow/refresh';
export { StatefulWorkflow, type Cycle } from './workflow/stateful-workflow';
export type { ManagedPathsOf, SourcesOf, TypedWorkflow } from './workflow/typed-workflow';
export { workflowClass, type WorkflowDefinition } from './workflow/workflow-class';
