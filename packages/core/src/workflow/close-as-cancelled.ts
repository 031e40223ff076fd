import { CancellationScope, condition, log, workflowInfo } from '@temporalio/workflow';
import { REQUEST_CANCEL } from '../hierarchy/activities';
import { looks } from '../hierarchy/look';
import { has } from './patches';

/**
 * Closes a workflow that ends as cancelled as cancelled for the server, too. The server does so when a cancellation
 * was requested, and a workflow cannot request its own: its worker does, last of all, when everybody has been told.
 * Should no worker be able to, it returns, and the workflow closes as completed.
 *
 * @param isSettled whether nothing is under way any more
 * @throws CancelledFailure
 */
export async function closeAsCancelled(isSettled: () => boolean): Promise<void> {
  if (!has('closesCancelled')) return;
  const { workflowId, runId } = workflowInfo();
  const { [REQUEST_CANCEL]: requestCancel } = looks({
    scheduleToCloseTimeout: '5 minutes',
    // Workers without this activity, which they get with the plugin.
    retry: { nonRetryableErrorTypes: ['NotFoundError'] },
    summary: 'close as cancelled',
  });
  await CancellationScope.nonCancellable(async () => {
    try {
      await requestCancel({ workflowId, runId });
    } catch (error) {
      log.warn(`The workflow was cancelled and closes as completed: its workers could not request that.`, {
        error,
      });
    }
    // Who came meanwhile is answered.
    await condition(isSettled);
  });
  const scope = CancellationScope.current();
  if (scope.consideredCancelled) await scope.cancelRequested;
}
