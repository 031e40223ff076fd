export {
  defineSchema,
  many,
  one,
  type Entities,
  type EntitySchema,
  type Fields,
  type Json,
  type Relation,
  type Schema,
} from './contract/schema';
export { InvalidInputError } from './contract/errors';
export { defineSource, type Duration, type SourceDefinition, type SourceOptions } from './contract/source';
export type {
  ChangeSet,
  ChangeSummary,
  CredentialReference,
  DeletePayload,
  MergeStrategy,
  StartInput,
  UpdateOf,
  UpdatePayload,
  WorkflowStatus,
} from './contract/wire';
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
