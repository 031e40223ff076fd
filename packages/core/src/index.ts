export type {
  AdapterCapabilities,
  Checkpoint,
  CheckResult,
  Credential,
  CredentialIdentity,
  DataSourceAdapter,
  EntityRef,
  Fault,
  FaultKind,
  LoadContext,
  LoadLog,
  LoadMetrics,
  Page,
  PartialError,
  Validators,
} from './contract/adapter';
export { checkApiUrl } from './contract/api-url';
export {
  CredentialError,
  InvalidInputError,
  LoadError,
  StatefulWorkflowError,
  type ErrorCode,
  type ErrorContext,
  type ErrorOptions,
} from './contract/errors';
export { parseExactJson } from './contract/exact-json';
export type {
  Ancestor,
  ChildEnd,
  ChildInfo,
  ChildNotice,
  ChildStatus,
  Envelope,
  ListEdit,
  ListEdits,
  ManagedPathInfo,
  OrphanPolicy,
  ParentLink,
  Subscription,
  SubscriptionInfo,
  Told,
  Unsubscription,
  Word,
} from './contract/hierarchy';
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
export { SEARCH_ATTRIBUTES } from './contract/search-attributes';
export { Secret } from './contract/secret';
export { defineSource, type Duration, type SourceDefinition, type SourceOptions } from './contract/source';
export type {
  ChangeSet,
  ChangeSummary,
  CredentialReference,
  DeletePayload,
  MergeStrategy,
  RefreshRequest,
  RefreshResult,
  RefusedSweepInfo,
  RejectedSignal,
  RejectedSignals,
  SourceError,
  SourceInfo,
  StartInput,
  SubscribedDelete,
  SubscribedUpdate,
  TokenInfo,
  UpdateOf,
  UpdatePayload,
  WorkflowStatus,
} from './contract/wire';
export { EntityStore, type WriteListener } from './state/entity-store';
export type { Draft } from './state/draft';
export { own, setField } from './state/json';
