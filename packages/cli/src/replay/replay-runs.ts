import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { detailsOf, faultKindOf } from '../temporal/fault';
import { quiet, type TemporalWorker } from './project-worker';
import type { Run } from './sample';
import type { WorkflowCode } from './workflow-code';

/**
 * What came of the replay of a run:
 * - `replays`: new code does what the history says
 * - `breaks`: it does not, so the run would be stuck; `reason` says where
 * - `unread`: its payloads cannot be read, so that nothing is known of it; `reason` says why
 * - `untouched`: no worker has had a hand in the run yet, so any code can take it
 * - `gone`: it has ended and been removed since it was listed
 */
export interface Verdict extends Run {
  readonly verdict: 'replays' | 'breaks' | 'unread' | 'untouched' | 'gone';
  readonly reason?: string;
}

/** What a replay runs with. */
export interface ReplayOptions {
  readonly client: Client;
  readonly worker: TemporalWorker;
  readonly workflows: WorkflowCode;
  /** What reads the payloads of histories, where they are encrypted. */
  readonly dataConverter: DataConverter | undefined;
}

type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;

/**
 * Replays runs one after the other. A history is fetched when its turn has come, and forgotten after it.
 *
 * @throws what concerns all of them, such as a server that is gone, or a worker that cannot be made
 */
export async function* replayRuns(
  runs: Iterable<Run>,
  { client, worker, workflows, dataConverter }: ReplayOptions,
): AsyncGenerator<Verdict> {
  const skipped: Verdict[] = [];
  const underWay: Run[] = [];
  const histories = async function* (): AsyncGenerator<{ workflowId: string; history: History }> {
    for (const run of runs) {
      const history = await historyOf(client, run);
      if (history === undefined) skipped.push({ ...run, verdict: 'gone' });
      else if (!isTouched(history)) skipped.push({ ...run, verdict: 'untouched' });
      else {
        const reason = await unreadable(client, history);
        if (reason !== undefined) {
          skipped.push({ ...run, verdict: 'unread', reason });
          continue;
        }
        underWay.push(run);
        yield { workflowId: run.workflowId, history };
      }
    }
  };
  quiet(worker);
  const results = worker.Worker.runReplayHistories(
    { workflowBundle: workflows, ...(dataConverter && { dataConverter }) },
    histories(),
  );
  for await (const { error } of results) {
    yield* skipped.splice(0);
    const run = underWay.shift() as Run;
    yield error === undefined
      ? { ...run, verdict: 'replays' }
      : { ...run, verdict: 'breaks', reason: why(error) };
  }
  yield* skipped;
}

async function historyOf(client: Client, { workflowId, runId }: Run): Promise<History | undefined> {
  try {
    return await client.workflow.getHandle(workflowId, runId).fetchHistory();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** Whether code has decided anything in a run. */
function isTouched({ events }: History): boolean {
  return events?.some((event) => event.workflowTaskCompletedEventAttributes != null) ?? false;
}

/** Why the payloads of a history cannot be read: those that the workflow was started with stand for all. */
async function unreadable({ options }: Client, { events }: History): Promise<string | undefined> {
  const { input } = events?.[0]?.workflowExecutionStartedEventAttributes ?? {};
  try {
    await decodeArrayFromPayloads(options.loadedDataConverter, input?.payloads);
    return undefined;
  } catch (error) {
    return faultKindOf(error) === 'encrypted'
      ? 'its payloads are encrypted: name the keyring with --keyring'
      : detailsOf(error);
  }
}

/** What is wrong, without what every error of a replay begins with. */
function why(error: Error): string {
  const said = detailsOf(error).replace(/^Replay failed .*?Details: /, '');
  // What the workflow itself threw stands in there as the SDK's debugger would print it.
  return (
    /failure: Some\(Failure \{ message: "((?:[^"\\]|\\.)*)"/.exec(said)?.[1]?.replaceAll('\\"', '"') ?? said
  );
}
