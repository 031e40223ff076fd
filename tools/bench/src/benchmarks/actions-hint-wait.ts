import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, Benchmark } from '../benchmark';
import { actionsBetween, actionsOf, shownActions, totalOf } from '@stateful-workflow/dev-services';
import { HintingEnvironment } from '../temporal/hinting-environment';

const workflows = 20;
const seconds = 60;

/** What it is billed to wait for a hint. */
export const actionsHintWait: Benchmark = {
  name: 'actions-hint-wait',
  title: `billable Actions in ${seconds} s of one workflow that waits for a hint, as the server counts them`,
  unit: 'Actions',
  bar: 1,
  better: 'lower',
  run: async (bench) => {
    const environment = await HintingEnvironment.start(bench);
    const ours = await counted(bench, 'hub', async () => {
      const handles = await environment.waiting(workflows, 'HintedCustomerWorkflow');
      return async () => void (await Promise.all(handles.map((handle) => handle.terminate())));
    });
    const theirs = await counted(bench, 'by hand', async () => {
      const handles = await environment.waitingByHand(workflows);
      return async () => void (await Promise.all(handles.map((handle) => handle.terminate())));
    });
    return {
      value: ours.actions,
      detail: `${ours.detail}, at an interval of 1 minute; by hand, an activity that waits and says every 2 seconds that it is alive: ${theirs.actions.toFixed(2)} (${theirs.detail}); mean of ${workflows} workflows each, one after the other`,
    };
  },
};

/** @param wait has workflows wait, and gives what ends them */
async function counted(
  bench: Bench,
  name: string,
  wait: () => Promise<() => Promise<void>>,
): Promise<{ readonly actions: number; readonly detail: string }> {
  const server = await bench.temporal();
  bench.progress(`${name}: ${workflows} workflows`);
  const stop = await wait();
  const before = await actionsOf(server);
  for (let passed = 10; passed <= seconds; passed += 10) {
    await sleep(10_000);
    bench.progress(`${name}: ${passed} of ${seconds} s`);
  }
  const between = actionsBetween(before, await actionsOf(server));
  await stop();
  return { actions: totalOf(between) / workflows, detail: `${shownActions(between)}` };
}
