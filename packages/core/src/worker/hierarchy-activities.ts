import { ApplicationFailure, Context } from '@temporalio/activity';
import { isGrpcServiceError, type Client } from '@temporalio/client';
import { ApplicationFailureCategory } from '@temporalio/common';
import { FIND_ORPHANED, FIND_STUCK, type HierarchyActivities, type ParentRef } from '../hierarchy/activities';
import { table } from '../state/json';

/** How many workflows are looked at at a time. */
const AT_A_TIME = 8;
/** How a workflow ends; one that is paused has not, nor has one of a status that this version does not know. */
const ENDED: ReadonlySet<string> = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT']);
/** gRPC's code for what does not exist. */
const NOT_FOUND = 5;
/** From this attempt on a workflow task that is tried again is no accident. */
const STUCK_ATTEMPT = 2;
/** The state of a workflow task that no worker has taken yet. */
const SCHEDULED = 1;
/** How many events tell what is wrong. */
const LAST_EVENTS = 20;

/** The looks at a hierarchy that only the server can answer. */
export const hierarchyActivities: HierarchyActivities = {
  async [FIND_ORPHANED]({ parents, every }) {
    const { client } = Context.current();
    const gone: string[] = [];
    for (const parent of parents) if (!(await isRunning(client, parent))) gone.push(parent.workflowId);
    if (gone.length > 0) return gone;
    throw ApplicationFailure.create({
      type: 'unchanged',
      message: 'Every parent is there; this is not an error. The server looks again without writing history.',
      category: ApplicationFailureCategory.BENIGN,
      nextRetryDelay: every,
    });
  },

  async [FIND_STUCK](workflowIds) {
    const { client } = Context.current();
    const stuck = table<string>();
    const waiting = [...workflowIds];
    const look = async (): Promise<void> => {
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
        const reason = await whyStuck(client, id);
        if (reason !== undefined) stuck[id] = reason;
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, look));
    return stuck;
  },
};

async function isRunning(client: Client, { workflowId, runId }: ParentRef): Promise<boolean> {
  try {
    const { status, raw } = await client.workflow.getHandle(workflowId).describe();
    const first = raw.workflowExecutionInfo?.firstRunId;
    // One that somebody started anew under its id is another workflow. An old server does not say.
    return !ENDED.has(status.name) && (!first || runId === undefined || first === runId);
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

async function whyStuck(client: Client, workflowId: string): Promise<string | undefined> {
  const { namespace } = client.workflow.options;
  const { raw, taskQueue } = await client.workflow.getHandle(workflowId).describe();
  const { pendingWorkflowTask: task } = raw;
  if (task == null) return undefined;
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace,
    execution: { workflowId },
    maximumPageSize: LAST_EVENTS,
  });
  const events = history?.events ?? [];
  if ((task.attempt ?? 0) < STUCK_ATTEMPT)
    return Number(task.state) === SCHEDULED && isUntouched(events)
      ? `No worker has taken it on. Have workers poll task queue "${taskQueue}".`
      : undefined;
  const failed = events.find((event) => event.workflowTaskFailedEventAttributes);
  const why = failed?.workflowTaskFailedEventAttributes?.failure?.message ?? 'its history does not say why';
  return `Its workflow task fails again and again: ${why}. Have the workers of task queue "${taskQueue}" export that workflow, or correct its code.`;
}

/** Whether these are all events of a workflow, newest first, and no worker had a hand in them. */
function isUntouched(
  events: readonly {
    readonly workflowExecutionStartedEventAttributes?: unknown;
    readonly workflowTaskStartedEventAttributes?: unknown;
  }[],
): boolean {
  const isAll = events.at(-1)?.workflowExecutionStartedEventAttributes != null;
  return isAll && events.every((event) => event.workflowTaskStartedEventAttributes == null);
}

/** Whether the server said that there is no such workflow. */
function isNotFound(error: unknown): boolean {
  if (error instanceof Error && error.name === 'WorkflowNotFoundError') return true;
  return isGrpcServiceError(error) && Number(error.code) === NOT_FOUND;
}
