export {
  StatefulClient,
  type StartOptions,
  type StatefulClientOptions,
  type WorkflowOf,
} from './client/stateful-client';
export type { PendingWatch } from './client/pending-watches';
export { StatefulHandle, type StatusReport } from './client/stateful-handle';
export type {
  ChildInfo,
  ChildStatus,
  ManagedPathInfo,
  Subscription,
  SubscriptionInfo,
} from './contract/hierarchy';
export type { RefreshResult, StartInput } from './contract/wire';
