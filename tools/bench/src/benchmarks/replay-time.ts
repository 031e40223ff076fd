import { performance } from 'node:perf_hooks';
import type { WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import type { Bench, Benchmark } from '../benchmark';
import { tickets, type Ticket, withOneChange } from '../measure/records';
import { median, spread } from '../measure/statistics';
import { workflowCode } from '../temporal/bundle';
import { historySize } from '../temporal/history';
import { MemorySource } from '../temporal/memory-adapter';
import { WorkerEnvironment } from '../temporal/worker-environment';

const entities = 10;
const events = 2_000;
const rounds = 12;
const warmUp = 3;

type Histories = Parameters<typeof Worker.runReplayHistories>[1];
type Recorded = Histories extends Iterable<infer One> | AsyncIterable<unknown> ? One : never;

/** How long it takes to rebuild a workflow that was evicted from the worker's cache. */
export const replayTime: Benchmark = {
  name: 'replay-time',
  title: `time to rebuild a workflow from a history of ${events} events, over the hand-written one's of as many`,
  unit: '×',
  bar: 1.5,
  better: 'lower',
  run: async (bench) => {
    const { address } = await bench.temporal();
    const workflowBundle = { code: await workflowCode() };
    const environment = await WorkerEnvironment.start({
      address,
      sources: { tickets: changingSource(), byHand: changingSource() },
      workflowBundle,
    });
    bench.cleanUp('The worker', () => environment.stop());
    const ours = await recorded(bench, await environment.startStateful('CustomerWorkflow'));
    const theirs = await recorded(bench, await environment.startByHand('customerByHand', { key: 'byHand' }));
    const times: Record<'ours' | 'theirs', number[]> = { ours: [], theirs: [] };
    let from = performance.now();
    let who: 'ours' | 'theirs' | undefined;
    /** The worker that replays asks for the next history when it has done with the one before. */
    const inTurn = async function* (): AsyncGenerator<Recorded> {
      for (let round = 0; round < warmUp + rounds; round++) {
        bench.progress(`round ${round + 1} of ${warmUp + rounds}`);
        for (const next of round % 2 === 0 ? (['ours', 'theirs'] as const) : (['theirs', 'ours'] as const)) {
          who = next;
          from = performance.now();
          yield { ...(next === 'ours' ? ours : theirs), workflowId: `${next}-${round}` };
        }
      }
    };
    let replayed = 0;
    for await (const { error } of Worker.runReplayHistories({ workflowBundle }, inTurn())) {
      if (error) throw error;
      if (who !== undefined && replayed++ >= warmUp * 2) times[who].push(performance.now() - from);
    }
    return {
      value: median(times.ours) / median(times.theirs),
      detail: `${spread(times.ours)} for ${lengthOf(ours)} events, by hand ${spread(times.theirs)} for ${lengthOf(theirs)}; ${rounds} times each, in turn, by one worker; refreshes of ${entities} entities, every second one with a change in one`,
    };
  },
};

const lengthOf = ({ history }: Recorded): number => (history as { events?: unknown[] }).events?.length ?? 0;

/** Refreshes a workflow until its history is long enough, and fetches that. */
async function recorded(bench: Bench, handle: WorkflowHandle): Promise<Recorded> {
  bench.progress(`writing ${events} events`);
  while ((await historySize(handle)).events < events)
    for (let i = 0; i < 10; i++) await handle.executeUpdate('refresh');
  const history = await handle.fetchHistory();
  await handle.terminate();
  return { workflowId: handle.workflowId, history };
}

/** Every second load finds one of the records changed. */
function changingSource(): MemorySource {
  return new MemorySource(tickets(entities), (records, read) =>
    read % 2 === 0 ? records : withOneChange(records as Ticket[], read),
  );
}
