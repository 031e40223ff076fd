import type { WorkflowHandle } from '@temporalio/client';
import type { Bench, Measurement } from '../benchmark';
import { tickets, type Ticket } from '../measure/records';
import { workflowCode } from './bundle';
import { cyclesDone, growth, historySize } from './history';
import { MemorySource } from './memory-adapter';
import { WorkerEnvironment } from './worker-environment';

const entities = 1_000;
/** Few enough that a workflow which gives everything each time does not have to continue as new. */
const reloads = 15;

/**
 * Measures what a reload of 1,000 entities adds to a workflow's history, and what it adds when the activity
 * gives everything each time. Both are told to reload by a signal, one after the other.
 *
 * @param change what happens to the records between reloads; nothing if left out
 */
export async function historyPerCycle(
  bench: Bench,
  change?: (records: readonly Ticket[], read: number) => Ticket[],
): Promise<Measurement> {
  const { address } = await bench.temporal();
  const source = (): MemorySource =>
    new MemorySource(
      tickets(entities),
      change && ((records, read) => change(records as readonly Ticket[], read)),
    );
  const environment = await WorkerEnvironment.start({
    address,
    sources: { tickets: source(), byHand: source() },
    workflowBundle: { code: await workflowCode() },
  });
  bench.cleanUp('The worker', () => environment.stop());

  bench.progress(`${reloads} reloads of ${entities} entities`);
  const ours = await perReload(await environment.startStateful('CustomerWorkflow'));
  bench.progress(`${reloads} reloads by hand`);
  const theirs = await perReload(await environment.startByHand('reloadingByHand', { key: 'byHand' }));
  const payload = JSON.stringify(tickets(entities)).length;
  return {
    value: ours.bytes,
    detail: `by hand ${Math.round(theirs.bytes)} bytes (the activity gives all ${entities} entities, ${payload} bytes of JSON); ${ours.events} and ${theirs.events} events a cycle; mean of ${reloads} reloads, each by a "refresh" signal, which is counted in`,
  };
}

async function perReload(handle: WorkflowHandle): Promise<{ events: number; bytes: number }> {
  await cyclesDone(handle, 1);
  const before = await historySize(handle);
  for (let reload = 1; reload <= reloads; reload++) {
    await handle.signal('refresh');
    await cyclesDone(handle, 1 + reload);
  }
  const { events, bytes } = growth(before, await historySize(handle));
  return { events: events / reloads, bytes: bytes / reloads };
}
