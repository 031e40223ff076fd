import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { StatefulClient } from '@stateful-workflow/core/client';
import type { Bench, Benchmark } from '../benchmark';
import { tickets } from '../measure/records';
import { workflowCode } from '../temporal/bundle';
import { cyclesDone, historySize } from '../temporal/history';
import { MemorySource } from '../temporal/memory-adapter';
import { until } from '../temporal/until';
import { WorkerEnvironment } from '../temporal/worker-environment';
import { WatchingCustomerWorkflow } from '../workflows/refreshing-customers';

const polls = 100;
const pollsByHand = 20;
/** The shortest interval at which the server retries, and what `WatchingCustomerWorkflow` asks for. */
const everySecond = 1_000;
const patienceMs = 400_000;

/** What polls that find nothing new leave in the history. */
export const pollEvents: Benchmark = {
  name: 'poll-events',
  title: 'history events of a workflow after 100 unchanged polls under `watch` (takes two to three minutes)',
  unit: 'events',
  bar: 12,
  better: 'lower',
  run: async (bench) => {
    const { address } = await bench.temporal();
    const sources = { tickets: new MemorySource(tickets(10)), byHand: new MemorySource(tickets(10)) };
    const environment = await WorkerEnvironment.start({
      address,
      sources,
      workflowBundle: { code: await workflowCode() },
    });
    bench.cleanUp('The worker', () => environment.stop());

    const byHand = await eventsByHand(environment);
    bench.progress(`by hand: ${byHand} events for ${polls} polls, scaled from ${pollsByHand}`);
    const started = Date.now();
    const watching = await startedTyped(environment);
    await cyclesDone(watching, 1);
    const before = await historySize(watching);
    await pollsSeen(bench, sources.tickets);
    const { events } = await historySize(watching);
    return {
      value: events,
      detail: `by hand ${byHand} events (a timer and a load each, ${pollsByHand} polls scaled to ${polls}), without its start and first load; all events of the workflow from its start, its first load included, after ${polls} further looks at the source in ${Math.round((Date.now() - started) / 1_000)} s at every ${everySecond} ms: ${before.events} before the first of them, and ${events - before.events} that they added`,
    };
  },
};

/** Starts the workflow as an application does: its client knows the class. */
async function startedTyped({ client, taskQueue }: WorkerEnvironment): Promise<WorkflowHandle> {
  const workflow = WatchingCustomerWorkflow;
  const customers = new StatefulClient(client, { workflow, taskQueue, entityName: 'Customer' });
  return (await customers.start({ id: randomUUID() })).temporal;
}

async function eventsByHand(environment: WorkerEnvironment): Promise<number> {
  const polling = await environment.startByHand('pollingByHand', { key: 'byHand', every: 50 });
  await cyclesDone(polling, 1);
  const before = await historySize(polling);
  const cyclesBefore = await polling.query<number>('cycles');
  await cyclesDone(polling, cyclesBefore + pollsByHand);
  const [after, cycles] = [await historySize(polling), await polling.query<number>('cycles')];
  await polling.terminate();
  return Math.round(((after.events - before.events) / (cycles - cyclesBefore)) * polls);
}

/** Waits until the source was looked at that often after the first load. */
async function pollsSeen(bench: Bench, source: MemorySource): Promise<void> {
  const first = source.reads;
  let told = 0;
  await until(
    `${polls} polls`,
    patienceMs,
    () => {
      const seen = source.reads - first;
      if (seen >= told + 10) bench.progress(`${(told = seen)} of ${polls} polls`);
      return seen >= polls;
    },
    100,
  );
}
