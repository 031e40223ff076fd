import { performance } from 'node:perf_hooks';
import type { WorkflowHandle } from '@temporalio/client';
import type { Benchmark } from '../benchmark';
import { tickets, type Ticket, withOneChange } from '../measure/records';
import { median, spread } from '../measure/statistics';
import { workflowCode } from '../temporal/bundle';
import { growth, historySize } from '../temporal/history';
import { MemorySource } from '../temporal/memory-adapter';
import { WorkerEnvironment } from '../temporal/worker-environment';

const entities = 10;
const warmUp = 30;
const batches = 140;
/** Even, so that half of a batch's cycles find a change. */
const batchSize = 2;
/** At 11 events each, warm-up included, the histories stay below 4,096 events: neither continues as new. */
const cycles = batches * batchSize;

/** Update `refresh` → load → integrate → `execute()` → answer, against the same written by hand. */
export const cycleTime: Benchmark = {
  name: 'cycle-time',
  title: 'time of a cycle over the same cycle written by hand with proxyActivities',
  unit: '×',
  bar: 1.1,
  better: 'lower',
  run: async (bench) => {
    const { address } = await bench.temporal();
    const environment = await WorkerEnvironment.start({
      address,
      sources: { tickets: changingSource(), byHand: changingSource() },
      workflowBundle: { code: await workflowCode() },
    });
    bench.cleanUp('The worker', () => environment.stop());
    const stateful = new Contender(await environment.startStateful('CustomerWorkflow'));
    const byHand = new Contender(await environment.startByHand('customerByHand', { key: 'byHand' }));

    bench.progress('warming up');
    for (let i = 0; i < warmUp; i++) for (const contender of [stateful, byHand]) await contender.cycle();
    await Promise.all([stateful.begin(), byHand.begin()]);
    for (let batch = 0; batch < batches; batch++) {
      if (batch % 20 === 0) bench.progress(`${batch * batchSize} of ${cycles} cycles of each`);
      // In turn, and each goes first as often as the other: what else the machine does hits both.
      for (const contender of batch % 2 === 0 ? [stateful, byHand] : [byHand, stateful])
        for (let i = 0; i < batchSize; i++) await contender.cycle();
    }
    return {
      value: stateful.typical / byHand.typical,
      detail: `stateful: ${await stateful.describe()}; by hand: ${await byHand.describe()}; ${cycles} cycles each, in turn, every second one with a change in one of ${entities} entities`,
    };
  },
};

/** Every second load finds one of the records changed. */
function changingSource(): MemorySource {
  return new MemorySource(tickets(entities), (records, read) =>
    read % 2 === 0 ? records : withOneChange(records as Ticket[], read),
  );
}

/** A workflow whose cycles are timed. */
class Contender {
  readonly #handle: WorkflowHandle;
  #times: Record<string, number[]> = {};
  #begun?: Awaited<ReturnType<typeof historySize>>;

  constructor(handle: WorkflowHandle) {
    this.#handle = handle;
  }

  async cycle(): Promise<void> {
    const started = performance.now();
    const { outcome } = await this.#handle.executeUpdate<{ outcome: string }, []>('refresh');
    (this.#times[outcome] ??= []).push(performance.now() - started);
  }

  /** From here on it counts. */
  async begin(): Promise<void> {
    this.#times = {};
    this.#begun = await historySize(this.#handle);
  }

  /** The time of a cycle with a change and of one without, each the median of its kind, averaged. */
  get typical(): number {
    return (median(this.#of('unchanged')) + median(this.#of('changed'))) / 2;
  }

  async describe(): Promise<string> {
    if (this.#begun === undefined) throw new Error('Nothing was counted yet.');
    const { events } = growth(this.#begun, await historySize(this.#handle));
    const [unchanged, changed] = [spread(this.#of('unchanged')), spread(this.#of('changed'))];
    return `unchanged ${unchanged}, changed ${changed}, ${events / cycles} events a cycle`;
  }

  #of(outcome: string): readonly number[] {
    const times = this.#times[outcome] ?? [];
    if (times.length !== cycles / 2)
      throw new Error(`${times.length} of ${cycles} cycles were ${outcome}, and half of them should be.`);
    return times;
  }
}
