export {
  StatefulClient,
  type StartOptions,
  type StartWith,
  type StatefulClientOptions,
  type WorkflowOf,
} from './client/stateful-client';
export type { PendingWatch } from './client/pending-watches';
export { StatefulHandle } from './client/stateful-handle';
export type { StatusReport } from './client/status-report';
export type {
  Ancestor,
  ChildInfo,
  ChildStatus,
  ManagedPathInfo,
  Subscription,
  SubscriptionInfo,
} from './contract/hierarchy';
export type { ProvenanceInfo, RefreshResult, StartInput } from './contract/wire';
export type { PlainToken, SealingOptions, TokenInput, TokenOptions } from './client/tokens';
export { encryptionCodec, type EncryptionCodecOptions } from './credentials/encryption-codec';
export { Keyring, type KeyringOptions } from './credentials/keyring';
export type { SecretBinding } from './credentials/provider';
export { sealToken, type SealOptions } from './credentials/sealed-token';
export type { DataOf, EntitiesOf, TakenFor } from './contract/entity-types';
export { isLoaded } from './contract/is-loaded';
export type { Schema } from './contract/schema';
export type { ChangesOf, DeleteOf, SubscriptionOf, UpdateOf } from './contract/typed-wire';
