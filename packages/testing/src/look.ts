import type { Client, WorkflowHandle } from '@temporalio/client';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
type Event = NonNullable<History['events']>[number];
type Description = Awaited<ReturnType<WorkflowHandle['describe']>>['raw'];
type Activity = NonNullable<Description['pendingActivities']>[number];
type Time = NonNullable<Activity['lastAttemptCompleteTime']>;

/** What one event begins and another one ends. */
const BEGUN: readonly { readonly by: (event: Event) => unknown; readonly ends: (event: Event) => unknown }[] =
  [
    {
      by: (event) => event.workflowTaskScheduledEventAttributes,
      ends: (event) =>
        event.workflowTaskCompletedEventAttributes ??
        event.workflowTaskFailedEventAttributes ??
        event.workflowTaskTimedOutEventAttributes,
    },
    {
      by: (event) => event.startChildWorkflowExecutionInitiatedEventAttributes,
      ends: (event) =>
        event.childWorkflowExecutionStartedEventAttributes ??
        event.startChildWorkflowExecutionFailedEventAttributes,
    },
    {
      by: (event) => event.signalExternalWorkflowExecutionInitiatedEventAttributes,
      ends: (event) =>
        event.externalWorkflowExecutionSignaledEventAttributes ??
        event.signalExternalWorkflowExecutionFailedEventAttributes,
    },
    {
      by: (event) => event.requestCancelExternalWorkflowExecutionInitiatedEventAttributes,
      ends: (event) =>
        event.externalWorkflowExecutionCancelRequestedEventAttributes ??
        event.requestCancelExternalWorkflowExecutionFailedEventAttributes,
    },
  ];

/**
 * Looks whether anything of some workflows, or of what they have started, is under way.
 *
 * @param now the server's time, in milliseconds
 * @returns what the workflows are like while nothing is, for who looks again; `undefined` while something is
 * @throws Error that says what is wrong with a workflow whose task fails: the server tries it again for ever
 */
export async function lookAt(
  client: Client,
  workflowIds: readonly string[],
  now: number,
): Promise<string | undefined> {
  let seen = '';
  for (const workflowId of workflowIds) {
    const workflow = client.workflow.getHandle(workflowId);
    const { events } = await workflow.fetchHistory();
    checkTasks(workflowId, events ?? []);
    const { raw } = await workflow.describe();
    const { pendingActivities, pendingChildren } = raw;
    const count = (is: (event: Event) => unknown): number => events?.filter(is).length ?? 0;
    const isBusy =
      BEGUN.some(({ by, ends }) => count(by) > count(ends)) ||
      pendingActivities?.some((activity) => !waits(activity, now));
    const children = await lookAt(
      client,
      pendingChildren?.flatMap((child) => child.workflowId ?? []) ?? [],
      now,
    );
    if (isBusy || children === undefined) return undefined;
    const attempts = pendingActivities?.map(({ activityId, attempt }) => `${activityId}/${attempt}`).join();
    seen += `${workflowId} ${events?.length} ${attempts}\n${children}`;
  }
  return seen;
}

/** Whether an activity waits for its next attempt. */
function waits({ lastAttemptCompleteTime, lastFailure }: Activity, now: number): boolean {
  const delay = lastFailure?.applicationFailureInfo?.nextRetryDelay;
  return !!lastAttemptCompleteTime && !!delay && now < msOf(lastAttemptCompleteTime) + msOf(delay);
}

const msOf = ({ seconds, nanos }: Time): number => Number(seconds ?? 0) * 1_000 + (nanos ?? 0) / 1e6;

function checkTasks(workflowId: string, events: readonly Event[]): void {
  const last = events.findLast(
    (event) => event.workflowTaskFailedEventAttributes ?? event.workflowTaskCompletedEventAttributes,
  );
  const failure = last?.workflowTaskFailedEventAttributes?.failure;
  if (failure)
    throw new Error(
      `A task of the workflow ${workflowId} fails: ${failure.message ?? ''}\n${failure.stackTrace ?? ''}`,
    );
}
