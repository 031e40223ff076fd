export { registryActivities, type Activities } from './worker/activities';
export { type ActivityOptions, type LoadActivity } from './worker/load-activity';
export { statefulWorkflow, type StatefulWorkflowPluginOptions } from './worker/plugin';
export { createRegistry, type AnyAdapter, type Registry } from './worker/registry';
export {
  environmentSecrets,
  type BoundSecret,
  type SecretBinding,
  type SecretProvider,
} from './worker/secrets';
