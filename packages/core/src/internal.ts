/**
 * For the other packages of this project alone: what is here may change with any version.
 *
 * @packageDocumentation
 */
export { type PendingWatch, pendingWatches, withWatch } from './client/pending-watches';
export { checkDelivery, type Delivery, type Gone, type Position } from './contract/delivery';
export { beginningIn, declaredRoot, DECLARES, rootEntityOf } from './contract/defined';
export { milliseconds } from './contract/duration';
export { entityNameOf } from './contract/names';
export { isReference } from './contract/payloads';
export { reachableSchema } from './contract/schema';
export { identify, recordOf } from './state/identify';
export { canonical, type Canonical } from './worker/canonical';
export { checkQuery } from './worker/check-query';
export { type Content, ContentBuilder } from './worker/content';
export type { AttemptContext } from './worker/load-context';
export { listOf, schemaOf } from './workflow/declaration';
export type { Declaration } from './workflow/class-check';
export { executeOnce, type ExecutedOnce, type ExecuteOnceInput } from './workflow/execute-once';
export type { StatefulWorkflow } from './workflow/stateful-workflow';
