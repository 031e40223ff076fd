import { type Client, WorkflowNotFoundError, type WorkflowExecutionDescription } from '@temporalio/client';

/** How a workflow ended, as the server has it. */
export type ClosedStatus = 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed-out';

/** What the server knows of a workflow without asking it. */
export interface Execution {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
  readonly taskQueue: string;
  /** Absent while it runs. */
  readonly closed?: { readonly status: ClosedStatus; readonly at?: string };
  /** How often its current workflow task was tried before; more than none hints at one that keeps failing. */
  readonly failedAttempts: number;
}

const closedStatuses: Readonly<Record<string, ClosedStatus>> = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed-out',
};

/** Asks the server about a workflow's latest run. `undefined`: it knows none of this id. */
export async function describeExecution(client: Client, workflowId: string): Promise<Execution | undefined> {
  try {
    return toExecution(await client.workflow.getHandle(workflowId).describe());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

function toExecution(description: WorkflowExecutionDescription): Execution {
  const { workflowId, runId, type, taskQueue, status, closeTime, raw } = description;
  const closed = closedStatuses[status.name];
  return {
    workflowId,
    runId,
    workflowType: type,
    taskQueue,
    ...(closed && { closed: { status: closed, ...(closeTime && { at: closeTime.toISOString() }) } }),
    failedAttempts: Math.max(0, (raw.pendingWorkflowTask?.attempt ?? 0) - 1),
  };
}

/**
 * Why a workflow failed, was terminated, or why its workflow task keeps failing, from the end of its history.
 * `undefined` when the history gives no reason.
 */
export async function reasonOf(
  client: Client,
  { workflowId, runId }: Execution,
): Promise<string | undefined> {
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    // Signals that came in since stand after the failure.
    maximumPageSize: 50,
  });
  for (const event of history?.events ?? []) {
    const failure =
      event.workflowExecutionFailedEventAttributes?.failure ??
      event.workflowTaskFailedEventAttributes?.failure;
    if (failure?.message) return failure.message;
    if (event.workflowExecutionTerminatedEventAttributes?.reason) {
      return event.workflowExecutionTerminatedEventAttributes.reason;
    }
    if (event.workflowTaskCompletedEventAttributes) return undefined;
  }
  return undefined;
}
