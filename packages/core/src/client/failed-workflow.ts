import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { StatefulWorkflowError } from '../contract/errors';

/** Why a workflow failed; `undefined` for one that did not, or that is not there. */
export async function whyFailed(handle: WorkflowHandle): Promise<string | undefined> {
  try {
    const { status } = await handle.describe();
    // The result of one that runs is waited for.
    if (status.name === 'FAILED') await handle.result();
  } catch (error) {
    if (error instanceof WorkflowFailedError) return error.cause?.message ?? error.message;
  }
  return undefined;
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
