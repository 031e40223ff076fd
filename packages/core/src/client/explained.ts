import { QueryNotRegisteredError, type WorkflowHandle, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common';
import { type ErrorCode, StatefulWorkflowError } from '../contract/errors';
import { failedWorkflow } from './failed-workflow';
import { wasThrownAway } from './retried';

/** Runs a call on a workflow; says of its errors what a person has to know. */
export async function explained<T>(handle: WorkflowHandle, call: () => Promise<T>): Promise<T> {
  const { workflowId } = handle;
  try {
    return await call();
  } catch (error) {
    const isRefused = error instanceof WorkflowNotFoundError || error instanceof QueryNotRegisteredError;
    const failed = isRefused && (await failedWorkflow(handle, error));
    if (failed) throw failed;
    if (error instanceof WorkflowNotFoundError) {
      throw new StatefulWorkflowError(
        'WORKFLOW_NOT_FOUND',
        `There is no workflow "${workflowId}" that could take this. Start it, or check its id and namespace.`,
        { cause: error, context: { workflowId } },
      );
    }
    if (wasThrownAway(error))
      throw new StatefulWorkflowError(
        'WORKFLOW_BUSY',
        `Workflow "${workflowId}" has not taken this, and nothing of it was applied: its workflow tasks fail, or it is too busy. Look at the worker's log and at the workflow in Temporal's UI, and send it again.`,
        { cause: error, context: { workflowId }, retryable: true },
      );
    if (
      error instanceof WorkflowUpdateFailedError &&
      error.cause instanceof ApplicationFailure &&
      error.cause.type
    ) {
      throw new StatefulWorkflowError(error.cause.type as ErrorCode, error.cause.message, {
        cause: error,
        context: { workflowId },
      });
    }
    throw error;
  }
}
