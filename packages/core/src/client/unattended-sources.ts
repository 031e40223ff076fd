import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { tsToDate } from '@temporalio/common/lib/time';
import type { SourceInfo } from '../contract/wire';

/** A worker that waits for tasks asks for them anew at least this often. */
const POLL_MS = 90_000;
/** The server's numbers for the tasks of activities, and for one that no worker has taken yet. */
const ACTIVITIES = 2;
const SCHEDULED = 1;

/**
 * What is wrong with sources whose load no worker takes: which the server alone can tell, since the activity waits
 * without a word until its deadline.
 *
 * @returns a warning for each such source
 */
export async function unattendedSources(
  client: Client,
  { raw, taskQueue: own }: WorkflowExecutionDescription,
  sources: Readonly<Record<string, SourceInfo>>,
): Promise<Map<string, string>> {
  const warnings = new Map<string, string>();
  const waiting = new Map(
    (raw.pendingActivities ?? [])
      .filter(({ state, lastStartedTime }) => Number(state) === SCHEDULED && lastStartedTime == null)
      .map(({ activityType, scheduledTime }) => [activityType?.name, scheduledTime] as const),
  );
  for (const [name, { adapter, taskQueue = own }] of Object.entries(sources)) {
    const activity = `${adapter}.loadData`;
    const since = waiting.get(activity);
    if (since == null) continue;
    if (await hasWorkers(client, taskQueue)) continue;
    warnings.set(
      name,
      `No worker takes activities from task queue "${taskQueue}", so ${activity} has waited since ${tsToDate(since).toISOString()}. Run one with statefulWorkflow({ registry }) among its plugins: a worker without it runs workflows, and loads nothing.`,
    );
  }
  return warnings;
}

/** Whether workers take activities from a task queue, or it cannot be told. */
async function hasWorkers(client: Client, taskQueue: string): Promise<boolean> {
  try {
    const { pollers } = await client.workflowService.describeTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: taskQueue },
      taskQueueType: ACTIVITIES,
    });
    // The server remembers for a while those who have gone.
    return (pollers ?? []).some(
      ({ lastAccessTime }) => !lastAccessTime || Date.now() - tsToDate(lastAccessTime).getTime() < POLL_MS,
    );
  } catch {
    // Who may see a workflow need not be allowed to see task queues: then the rest of the report is good without.
    return true;
  }
}
