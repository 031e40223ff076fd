import type { WorkflowHandle } from '@temporalio/client';
import type { Bench } from '../benchmark';
import { inBatches } from '../hierarchy/in-batches';
import { tickets } from '../measure/records';
import { workflowCode } from './bundle';
import { HintingAdapter } from './hinting-adapter';
import { MemorySource } from './memory-adapter';
import { until } from './until';
import { WorkerEnvironment } from './worker-environment';

const patienceMs = 300_000;
const startedAtATime = 20;

/** A worker whose sources say when a look is worth it. */
export class HintingEnvironment {
  readonly worker: WorkerEnvironment;
  readonly hinting: HintingAdapter;

  private constructor(worker: WorkerEnvironment, hinting: HintingAdapter) {
    this.worker = worker;
    this.hinting = hinting;
  }

  static async start(bench: Bench): Promise<HintingEnvironment> {
    const { address } = await bench.temporal();
    const sources = { tickets: new MemorySource(tickets(10)) };
    const hinting = new HintingAdapter(sources);
    const worker = await WorkerEnvironment.start({
      address,
      sources,
      adapters: [hinting.adapter],
      workflowBundle: { code: await workflowCode() },
    });
    bench.cleanUp('The worker', () => worker.stop());
    return new HintingEnvironment(worker, hinting);
  }

  /** Starts workflows, and returns when each waits for a hint. */
  async waiting(count: number, workflowType: string): Promise<WorkflowHandle[]> {
    const handles: WorkflowHandle[] = [];
    await inBatches(Array.from({ length: count }), startedAtATime, async () => {
      handles.push(await this.worker.startStateful(workflowType));
    });
    await until(`${count} workflows to wait`, patienceMs, () => this.hinting.waiting >= count, 100);
    return handles;
  }

  /** The same by hand: an activity of each waits, in a slot of the worker. */
  async waitingByHand(count: number): Promise<WorkflowHandle[]> {
    const start = (): Promise<WorkflowHandle> => this.worker.startByHand('hintedByHand');
    const handles = await Promise.all(Array.from({ length: count }, start));
    const isWaiting = async (handle: WorkflowHandle): Promise<boolean> => {
      const { raw } = await handle.describe();
      return raw.pendingActivities?.some(({ lastStartedTime }) => lastStartedTime != null) ?? false;
    };
    await until(
      `${count} activities to wait`,
      patienceMs,
      async () => (await Promise.all(handles.map(isWaiting))).every(Boolean),
      500,
    );
    return handles;
  }
}
