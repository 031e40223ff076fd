import {
  type ActivityOptions,
  CancellationScope,
  isCancellation,
  proxyActivities,
} from '@temporalio/workflow';
import type { HierarchyActivities } from './activities';

/** The looks that the worker takes for a workflow. */
export const looks = (options: ActivityOptions): HierarchyActivities =>
  proxyActivities<HierarchyActivities>({ startToCloseTimeout: '1 minute', ...options });

/**
 * Looks at others beside whatever else goes on. A worker that cannot look leaves it at that.
 *
 * @returns what ends it
 */
export function lookAside(look: () => Promise<void>, onFailed = (_: unknown): void => {}): () => void {
  const scope = new CancellationScope();
  scope.run(look).catch((error: unknown) => {
    if (!isCancellation(error)) onFailed(error);
  });
  return () => scope.cancel();
}
