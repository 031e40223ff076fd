import type { WorkflowHandle } from '@temporalio/client';
import { tickets } from '../measure/records';
import { workflowCode } from '../temporal/bundle';
import { growth, historySize } from '../temporal/history';
import { MemorySource } from '../temporal/memory-adapter';
import { until } from '../temporal/until';
import { WorkerEnvironment } from '../temporal/worker-environment';

/** What looking at a source in which nothing changes cost, under one policy. */
export interface RefreshCost {
  readonly policy: string;
  readonly looks: number;
  /** How long that took. */
  readonly seconds: number;
  readonly events: number;
  readonly bytes: number;
}

const entities = 1_000;
const seconds = 20;
const everySecond = 1_000;

const policies: readonly {
  readonly policy: string;
  readonly start: (bench: WorkerEnvironment) => Promise<WorkflowHandle>;
}[] = [
  {
    policy: 'by hand: a timer and a load',
    start: (bench) => bench.startByHand('pollingEverythingByHand', { every: everySecond }),
  },
  { policy: "every: '1 second'", start: (bench) => bench.startStateful('PollingCustomerWorkflow') },
  {
    policy: "every: { min: '1 second', max: '8 seconds' }",
    start: (bench) => bench.startStateful('AdaptingCustomerWorkflow'),
  },
  {
    policy: "every: '1 second', watch: true",
    start: (bench) => bench.startStateful('WatchingCustomerWorkflow'),
  },
];

/** Measures every policy in turn over the same source of 1,000 entities, after its first look has settled. */
export async function measureRefreshCosts(
  address: string,
  progress: (line: string) => void,
): Promise<RefreshCost[]> {
  const source = new MemorySource(tickets(entities));
  const bench = await WorkerEnvironment.start({
    address,
    sources: { tickets: source },
    workflowBundle: { code: await workflowCode() },
  });
  try {
    const costs: RefreshCost[] = [];
    for (const { policy, start } of policies) {
      progress(`${policy}: ${seconds} s`);
      costs.push({ policy, ...(await cost(source, () => start(bench))) });
    }
    return costs;
  } finally {
    await bench.stop();
  }
}

async function cost(
  source: MemorySource,
  start: () => Promise<WorkflowHandle>,
): Promise<Omit<RefreshCost, 'policy'>> {
  const first = source.reads;
  const handle = await start();
  await until('the second look', 60_000, () => source.reads >= first + 2);
  const [looks, before, started] = [source.reads, await historySize(handle), Date.now()];
  await until(`${seconds} s to pass`, 60_000, () => Date.now() - started >= seconds * 1_000, 50);
  const { events, bytes } = growth(before, await historySize(handle));
  await handle.terminate();
  return { looks: source.reads - looks, seconds, events, bytes };
}
