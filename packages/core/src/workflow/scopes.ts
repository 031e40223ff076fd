import { CancellationScope, isCancellation } from '@temporalio/workflow';

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
