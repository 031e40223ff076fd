export { registryActivities, type Activities } from './worker/activities';
export type { ActivityOptions } from './worker/harness';
export { statefulWorkflow, type StatefulWorkflowPluginOptions } from './worker/plugin';
export { createRegistry, type Registry } from './worker/registry';
export {
  environmentSecrets,
  type BoundSecret,
  type SecretBinding,
  type SecretProvider,
} from './worker/secrets';
export { memorySnapshots, type MemorySnapshotOptions, type SnapshotStore } from './worker/snapshots';
