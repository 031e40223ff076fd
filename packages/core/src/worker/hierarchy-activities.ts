import { ApplicationFailure, Context } from '@temporalio/activity';
import { isGrpcServiceError, type Client, WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailureCategory } from '@temporalio/common';
import { optionalTsToMs } from '@temporalio/common/lib/time';
import {
  FIND_ENDED,
  FIND_ORPHANED,
  FIND_STUCK,
  type HierarchyActivities,
  REQUEST_CANCEL,
  type ResetParent,
  type WorkflowRef,
} from '../hierarchy/activities';
import type { ChildNotice } from '../contract/hierarchy';
import { table } from '../state/json';

/** How many workflows are looked at at a time. */
const AT_A_TIME = 8;
/** How a workflow ends; one that is paused has not, nor has one of a status that this version does not know. */
const ENDS: Readonly<Partial<Record<string, Pick<ChildNotice, 'status' | 'was'>>>> = {
  COMPLETED: { status: 'completed' },
  FAILED: { status: 'failed' },
  CANCELLED: { status: 'cancelled' },
  TERMINATED: { status: 'cancelled', was: 'terminated' },
  TIMED_OUT: { status: 'cancelled', was: 'timedOut' },
};
/** gRPC's code for what does not exist. */
const NOT_FOUND = 5;
/** From this attempt on a workflow task that is tried again is no accident. */
const STUCK_ATTEMPT = 2;
/** The state of a workflow task that no worker has taken yet. */
const SCHEDULED = 1;
/** How much is told of why a workflow failed, in characters. */
const MOST_OF_A_MESSAGE = 1_000;
/** How many events tell what is wrong. */
const LAST_EVENTS = 20;

/** What a hierarchy needs that only the server can answer or do. */
export const hierarchyActivities: HierarchyActivities = {
  async [FIND_ORPHANED]({ parents, every }) {
    const { client } = Context.current();
    const found = await atATime(parents, async (parent): Promise<(string | ResetParent)[]> => {
      const { workflowId, since = Infinity } = parent;
      const { end, resetAt = -Infinity } = await stateOf(client, parent);
      if (end) return [workflowId];
      return resetAt > since ? [{ reset: workflowId }] : [];
    });
    const news = found.flat();
    if (news.length === 0) throw nothingNew('parent', every);
    return news;
  },

  async [FIND_ENDED]({ children, every }) {
    const { client } = Context.current();
    const ends = await atATime(children, async (child): Promise<ChildNotice[]> => {
      const { end } = await stateOf(client, child);
      return end ? [{ ...child, ...end }] : [];
    });
    const ended = ends.flat();
    if (ended.length === 0) throw nothingNew('child', every);
    return ended;
  },

  async [FIND_STUCK](workflowIds) {
    const { client } = Context.current();
    const stuck = table<string>();
    await atATime(workflowIds, async (id) => {
      const reason = await whyStuck(client, id);
      if (reason !== undefined) stuck[id] = reason;
    });
    return stuck;
  },

  async [REQUEST_CANCEL]({ workflowId, runId }) {
    await Context.current().client.workflow.getHandle(workflowId, runId).cancel();
  },
};

/** Asks about each of them, some at a time. */
async function atATime<Item, Answer>(
  items: readonly Item[],
  ask: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const waiting = items.entries();
  const work = async (): Promise<void> => {
    for (const [i, item] of waiting) answers[i] = await ask(item);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return answers;
}

const nothingNew = (who: 'parent' | 'child', every: number): ApplicationFailure =>
  ApplicationFailure.create({
    type: 'unchanged',
    message: `Every ${who} is there; this is not an error. The server looks again without writing history.`,
    category: ApplicationFailureCategory.BENIGN,
    nextRetryDelay: every,
  });

/** How a workflow ended, if it does not run, and when its run was reset, if it was. */
async function stateOf(
  client: Client,
  { workflowId, runId }: WorkflowRef,
): Promise<{
  readonly end?: Pick<ChildNotice, 'status' | 'was' | 'message'>;
  readonly resetAt?: number;
}> {
  try {
    const { status, raw, runId: last } = await client.workflow.getHandle(workflowId).describe();
    const first = raw.workflowExecutionInfo?.firstRunId;
    // One that somebody started anew under its id is another workflow. An old server does not say.
    if (first && runId !== undefined && first !== runId) return { end: { status: 'cancelled' } };
    const end = ENDS[status.name];
    if (end?.status === 'failed')
      return { end: { ...end, message: await whyFailed(client, workflowId, last) } };
    return { end, resetAt: optionalTsToMs(raw.workflowExtendedInfo?.lastResetTime) };
  } catch (error) {
    if (isNotFound(error)) return { end: { status: 'cancelled' } };
    throw error;
  }
}

async function whyFailed(client: Client, workflowId: string, runId: string): Promise<string | undefined> {
  try {
    await client.workflow.getHandle(workflowId, runId).result();
    return undefined;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return error.cause?.message.slice(0, MOST_OF_A_MESSAGE);
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
