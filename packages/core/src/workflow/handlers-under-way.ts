import { getActivator } from '@temporalio/workflow/lib/global-attributes';

/** How many signals and updates are being handled. Temporal's `allHandlersFinished()` says only whether any is. */
export function handlersUnderWay(): number {
  const { inProgressSignals, inProgressUpdates } = getActivator();
  return inProgressSignals.size + inProgressUpdates.size;
}
