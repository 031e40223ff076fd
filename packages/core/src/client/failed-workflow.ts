import { ActivityFailure, ChildWorkflowFailure } from '@temporalio/common';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { StatefulWorkflowError } from '../contract/errors';

/** Why a workflow failed; `undefined` for one that did not, or that is not there. */
export async function whyFailed(handle: WorkflowHandle): Promise<string | undefined> {
  try {
    const { status } = await handle.describe();
    // The result of one that runs is waited for.
    if (status.name === 'FAILED') await handle.result();
    if (status.name === 'TIMED_OUT') return 'it ran out of the time that it was started with.';
  } catch (error) {
    if (error instanceof WorkflowFailedError) return reasonOf(error.cause ?? error).message;
  }
  return undefined;
}

/** What Temporal says of a failed activity or child workflow is only that it failed; why, its cause says. */
function reasonOf(error: Error): Error {
  const isWrapper = error instanceof ActivityFailure || error instanceof ChildWorkflowFailure;
  return isWrapper && error.cause ? reasonOf(error.cause) : error;
}

/** What a person has to know of a call that a workflow did not take because it has failed, if that is why. */
export async function failedWorkflow(
  handle: WorkflowHandle,
  cause: unknown,
): Promise<StatefulWorkflowError | undefined> {
  const why = await whyFailed(handle);
  if (why === undefined) return undefined;
  const { workflowId } = handle;
  return new StatefulWorkflowError(
    'WORKFLOW_ENDED',
    `The workflow "${workflowId}" takes nothing any more, because it has failed: ${why} Correct that and start it anew.`,
    { cause, context: { workflowId } },
  );
}
