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
export { recordSchemas, type RecordSchemasOf } from './contract/record-schemas';
export { SEARCH_ATTRIBUTES } from './contract/search-attributes';
export { Secret } from './contract/secret';
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
  UpdatePayload,
  WorkflowStatus,
} from './contract/wire';
export type { BeforeOf, ChangesOf, DeleteOf, SubscriptionOf, UpdateOf } from './contract/typed-wire';
export type { DataOf, EntitiesOf, GivenOf, ItemOf, StoredOf } from './contract/entity-types';
export type { JsonOf } from './contract/json-of';
export { EntityStore, type WriteListener } from './state/entity-store';
export type { Draft } from './state/draft';
export { own, setField } from './state/json';
