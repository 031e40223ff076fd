import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { exported, readable } from './readable';
import type { Tour } from './step';
import type { Place } from './token-search';

/** The queries of the wire contract, and those that Temporal's UI asks. */
const queries = [
  'id',
  'entityName',
  'state',
  'data',
  'status',
  'problem',
  'pendingChanges',
  'apiUrl',
  'apiToken',
  'sources',
  'rejectedSignals',
  '__temporal_workflow_metadata',
  '__stack_trace',
];

/** A run that was looked at. */
export interface Run {
  readonly client: Client;
  readonly workflowId: string;
  readonly runId: string;
  readonly running: boolean;
}

/** So many of the fleet's runs are looked at, which are all alike. */
const ofFleet = 50;

/** Every run that the tour started, finished ones included; of the fleet the feed and some customers, picked evenly. */
export async function listRuns({ stage, fleet }: Tour): Promise<Run[]> {
  const runs = await runsOf(stage.client, `TaskQueue = '${stage.taskQueue}'`);
  const feed = await runsOf(
    fleet.client,
    `WorkflowType = 'CustomersFeed' AND TaskQueue = '${fleet.taskQueue}'`,
  );
  const count = Math.min(ofFleet, fleet.customers);
  const ids = Array.from({ length: count }, (_, i) => `c_${1 + Math.floor((i * fleet.customers) / count)}`);
  const customers = ids.map((id) => fleet.customer(id).temporal);
  return [...runs, ...feed, ...(await Promise.all(customers.map(runOf)))];

  async function runOf(handle: WorkflowHandle): Promise<Run> {
    const { runId, status } = await handle.describe();
    return { client: fleet.client, workflowId: handle.workflowId, runId, running: status.name === 'RUNNING' };
  }
}

async function runsOf(client: Client, query: string): Promise<Run[]> {
  const runs: Run[] = [];
  for await (const { workflowId, runId, status } of client.workflow.list({ query }))
    runs.push({ client, workflowId, runId, running: status.name === 'RUNNING' });
  return runs;
}

/** Everything that Temporal holds of some runs, and every log, as text. */
export async function collectPlaces(tour: Tour, runs: readonly Run[]): Promise<Place[]> {
  const { stage } = tour;
  const ofRuns = await Promise.all(runs.map(placesOf));
  const logs = (await readdir(stage.logs.directory)).filter((file) => file.endsWith('.log'));
  return [
    ...ofRuns.flat(),
    ...(await Promise.all(
      logs.map(async (file) => ({
        name: file,
        text: await readFile(join(stage.logs.directory, file), 'utf8'),
      })),
    )),
    { name: 'what the tour printed', text: tour.printed() },
  ];
}

async function placesOf({ client, workflowId, runId, running }: Run): Promise<Place[]> {
  const handle = client.workflow.getHandle(workflowId, runId);
  const [history, description] = await Promise.all([handle.fetchHistory(), handle.describe()]);
  const of = (what: string, text: string): Place => ({ name: `${what} of ${workflowId} (${runId})`, text });
  const answers: Place[] = [];
  // One after the other: Temporal holds back queries that come to one workflow in a crowd.
  for (const name of running ? queries : [])
    answers.push(of(`query ${name}`, readable(await handle.query<unknown>(name))));
  return [
    of('history', readable(history)),
    of('exported history', exported(history)),
    // With the memo, the search attributes and the failures of what is pending.
    of('description', readable(description.raw)),
    ...answers,
  ];
}
