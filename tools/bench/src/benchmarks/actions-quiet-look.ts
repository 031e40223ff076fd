import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import type { Bench, Benchmark } from '../benchmark';
import { actionsBetween, actionsOf, shownActions, totalOf } from '@stateful-workflow/dev-services';
import { tickets } from '../measure/records';
import { workflowCode } from '../temporal/bundle';
import { MemorySource } from '../temporal/memory-adapter';
import { until } from '../temporal/until';
import { WorkerEnvironment } from '../temporal/worker-environment';

const workflows = 20;
const everySecond = 1_000;
const seconds = 30;

/** What a look that finds nothing is billed, by what the server counts. */
export const actionsQuietLook: Benchmark = {
  name: 'actions-quiet-look',
  title: 'billable Actions of a look that finds nothing under `watch`, as the server counts them',
  unit: 'Actions',
  bar: 1.02,
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
    const byHand = await perLook(bench, 'by hand', sources.byHand, () =>
      environment.startByHand('pollingByHand', { key: 'byHand', every: everySecond }),
    );
    const watching = await perLook(bench, 'watching', sources.tickets, () =>
      environment.startStateful('WatchingCustomerWorkflow'),
    );
    return {
      value: watching.actions,
      detail: `${watching.detail}; by hand, a timer and an activity: ${byHand.actions.toFixed(3)} (${byHand.detail}); ${workflows} workflows each, one after the other`,
    };
  },
};

async function perLook(
  bench: Bench,
  name: string,
  source: MemorySource,
  start: () => Promise<WorkflowHandle>,
): Promise<{ readonly actions: number; readonly detail: string }> {
  const server = await bench.temporal();
  bench.progress(`${name}: ${workflows} workflows`);
  const handles = await Promise.all(Array.from({ length: workflows }, start));
  await until('each to have looked four times', 120_000, () => source.reads >= 4 * workflows);
  // Looks are as many in three seconds as in any others.
  const [before, reads] = [await actionsOf(server), source.reads];
  for (let tens = 10; tens <= seconds; tens += 10) {
    await sleep(10_000);
    bench.progress(`${name}: ${tens} of ${seconds} s`);
  }
  const counted = actionsBetween(before, await actionsOf(server));
  const looks = source.reads - reads;
  await Promise.all(handles.map((handle) => handle.terminate()));
  return {
    actions: totalOf(counted) / looks,
    detail: `${shownActions(counted)} for ${looks} looks in ${seconds} s`,
  };
}
