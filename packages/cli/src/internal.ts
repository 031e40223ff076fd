/**
 * For the other packages of this project alone: what is here may change with any version.
 *
 * @packageDocumentation
 */
export { MEASURED } from './costs/measured';
export { CliError, UsageError } from './errors';
export { explained } from './explain';
export { Pace } from './fleet/pace';
export { counted, listed, runningQuery } from './fleet/running';
export { plainText, withoutCredentials } from './render/plain-text';
export { connect, type ConnectionFlags, type Session, type Target } from './temporal/connection';
export { describeExecution, reasonOf } from './temporal/execution';
export { concernsAll, detailsOf, faultKindOf } from './temporal/fault';
export { TaskQueues } from './temporal/task-queues';
export { eachInParallel } from './tree/in-parallel';
export { NOT_STATEFUL, WorkflowReader } from './tree/read-workflow';
export { safeToken } from './tree/safe-token';
export { sourceError, sourceErrors } from './tree/source-errors';
