import { CancellationScope, type CancellationScopeOptions, isCancellation } from '@temporalio/workflow';
import { beganWith } from '../base/patches';

/** Whether the code that is running runs in a scope, or in one below it. */
export function isWithin(scope: CancellationScope | undefined): boolean {
  if (!scope) return false;
  let current: CancellationScope | undefined = CancellationScope.current();
  while (current && current !== scope) current = current.parent;
  return current === scope;
}

/** Whether an error is that of a cancellation, however the user's code has wrapped it. */
export function comesOfCancellation(error: unknown): boolean {
  return isCancellation(error) || (error instanceof Error && comesOfCancellation(error.cause));
}

/** A scope whose `run` adds no promise to the one that its code gives, where the SDK's adds two. */
class LeanScope extends CancellationScope {
  protected override runInContext<T>(fn: () => Promise<T>): Promise<T> {
    try {
      return fn();
    } catch (error) {
      // As of an asynchronous function, which this is not for the promises that it takes.
      return Promise.resolve().then(() => {
        throw error;
      });
    }
  }
}

/** A scope of this run. */
export const newScope = (options?: CancellationScopeOptions): CancellationScope =>
  beganWith('leanWaits') ? new LeanScope(options) : new CancellationScope(options);
