export {
  StatefulClient,
  type StartOptions,
  type StatefulClientOptions,
  type WorkflowOf,
} from './client/stateful-client';
export type { PendingWatch } from './client/pending-watches';
export { StatefulHandle, type StatusReport } from './client/stateful-handle';
export type { RefreshResult, StartInput } from './contract/wire';
