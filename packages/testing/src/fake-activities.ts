import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure, Context } from '@temporalio/activity';
import {
  type Activities,
  createRegistry,
  memorySnapshots,
  registryActivities,
} from '@stateful-workflow/core/worker';
import { adapterOf, type FakeAdapterHost, type FakeSources } from './fake-adapter';
import type { Turns } from './turns';

/** How long until the server is asked again. Milliseconds. */
const PAUSE = 5;

/** The test that the activities are of. */
export interface FakeActivitiesHost extends FakeAdapterHost {
  readonly turns: Turns;
  /** Aborted when the test stops. */
  readonly ended: AbortSignal;
}

/**
 * The activities of a test's worker: those of every adapter that a class may name, with fakes in its place, and the test's
 * own.
 */
export function fakeActivities(sources: FakeSources, own: object, host: FakeActivitiesHost): object {
  const options = { secrets: [], snapshots: memorySnapshots(), allowPlaintextTokens: true };
  const { default: fallback } = own as Activities;
  const ours = registryActivities(createRegistry([]), options, fallback);
  const byAdapter = new Map<string, Activities>();
  const activitiesOf = (adapter: string): Activities => {
    const known =
      byAdapter.get(adapter) ??
      registryActivities(createRegistry([adapterOf(adapter, sources, host)]), options);
    byAdapter.set(adapter, known);
    return known;
  };
  return {
    ...own,
    ...ours,
    default: async (...args: never[]) => {
      const { activityType } = Context.current().info;
      const [, adapter, activity] = /^(.+)\.(loadData|waitForChange)$/.exec(activityType) ?? [];
      if (adapter === undefined) return ours['default']?.(...args);
      const run = (): Promise<unknown> | undefined => activitiesOf(adapter)[activityType]?.(...args);
      return activity === 'loadData' ? triedAgainAtOnce(run) : inTurn(host, run);
    },
  };
}

/** Has the server try again at once what it would try again after seconds, where the source does not say when. */
async function triedAgainAtOnce<T>(run: () => Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    const isLater = error instanceof ApplicationFailure && !error.nonRetryable && !error.nextRetryDelay;
    if (!isLater) throw error;
    const { message, type, details } = error;
    throw ApplicationFailure.create({
      message,
      ...(type != null && { type }),
      details: details ?? [],
      nextRetryDelay: 1,
    });
  }
}

/**
 * Gives the news of one watch at a time. The test server cannot bear that a workflow asks a watch to stop which has
 * just ended: its task fails then, and never comes back.
 */
async function inTurn<T>(
  { turns, ended }: FakeActivitiesHost,
  run: () => Promise<T> | undefined,
): Promise<T | undefined> {
  const news = await run();
  const end = await turns.take();
  const activity = Context.current();
  void activity.client.connection
    .withAbortSignal(ended, () => untilTaken(activity, ended))
    .catch(() => {})
    .finally(end);
  return news;
}

/** Waits until a workflow has dealt with the end of an activity. */
async function untilTaken({ client, info }: Context, ended: AbortSignal): Promise<void> {
  const { activityId, workflowExecution } = info;
  const workflow = client.workflow.getHandle(workflowExecution?.workflowId ?? '', workflowExecution?.runId);
  while (!ended.aborted) {
    const { raw } = await workflow.describe();
    if (!raw.pendingActivities?.some((pending) => pending.activityId === activityId)) break;
    await sleep(PAUSE);
  }
  // The server answers when no task of the workflow is due.
  await workflow.query('status');
}
