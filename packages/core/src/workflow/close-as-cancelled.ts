import { CancellationScope, condition, log, workflowInfo } from '@temporalio/workflow';
import { REQUEST_CANCEL } from '../hierarchy/activities';
import { looks } from '../hierarchy/look';

/**
 * Closes a workflow that ends as cancelled as cancelled for the server, too. The server does so once a cancellation
 * was requested: by the last parent to let go, or, where no parent does, by the workflow's worker, since a workflow
 * cannot request its own. Should neither come, it returns, and the workflow closes as completed.
 *
 * @param settle waits for what is under way
 * @param isRequested whether a parent requests it
 * @throws CancelledFailure
 */
export async function closeAsCancelled(settle: () => Promise<void>, isRequested: boolean): Promise<void> {
  const scope = CancellationScope.current();
  const settled = (): Promise<void> => CancellationScope.nonCancellable(settle);
  await settled();
  if (isRequested && !scope.consideredCancelled) {
    const comes = (): boolean => scope.consideredCancelled;
    await CancellationScope.nonCancellable(() => condition(comes, '1 minute'));
  }
  if (!scope.consideredCancelled) await requestByWorker();
  // Who came meanwhile is answered.
  await settled();
  if (scope.consideredCancelled) await scope.cancelRequested;
}

/** Has the worker request it. */
async function requestByWorker(): Promise<void> {
  const { workflowId, runId } = workflowInfo();
  const { [REQUEST_CANCEL]: requestCancel } = looks({
    scheduleToCloseTimeout: '1 minute',
    // Workers without this activity, which they get with the plugin.
    retry: { nonRetryableErrorTypes: ['NotFoundError'] },
    summary: 'close as cancelled',
  });
  try {
    await CancellationScope.nonCancellable(() => requestCancel({ workflowId, runId }));
  } catch (error) {
    log.warn('The workflow was cancelled and closes as completed: its workers could not request that.', {
      error,
    });
  }
}
