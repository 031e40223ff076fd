import { performance } from 'node:perf_hooks';
import type { WorkflowHandle } from '@temporalio/client';
import type { Benchmark } from '../benchmark';
import { median, spread } from '../measure/statistics';
import { cyclesDone } from '../temporal/history';
import { HintingEnvironment } from '../temporal/hinting-environment';

const waiting = 300;
const refreshes = 60;
const warmUp = 20;

/** What those that wait for hints take from others on their worker. */
export const slotsHintWait: Benchmark = {
  name: 'slots-hint-wait',
  title: `time of a refresh while ${waiting} workflows wait for hints on the worker, over the same without them`,
  unit: '×',
  bar: 1.25,
  better: 'lower',
  run: async (bench) => {
    const environment = await HintingEnvironment.start(bench);
    const plain = await environment.worker.startStateful('CustomerWorkflow');
    await cyclesDone(plain, 1);
    const alone: number[] = [];
    const among: number[] = [];
    await refreshed(plain, warmUp);
    bench.progress(`${refreshes} refreshes`);
    alone.push(...(await refreshed(plain, refreshes)));
    bench.progress(`${waiting} workflows begin to wait`);
    const handles = await environment.waiting(waiting, 'PatientlyHintedCustomerWorkflow');
    bench.progress(`${refreshes} refreshes beside them`);
    among.push(...(await refreshed(plain, refreshes)));
    if (environment.hinting.waiting !== waiting)
      throw new Error(`${environment.hinting.waiting} of ${waiting} workflows waited at the end.`);
    await Promise.all(handles.map((handle) => handle.terminate()));
    bench.progress(`${refreshes} refreshes again without them`);
    alone.push(...(await refreshed(plain, refreshes)));
    return {
      value: median(among) / median(alone),
      detail: `beside them ${spread(among)}, without them ${spread(alone)}; ${refreshes} refreshes beside them, as many before and after; one worker with default options`,
    };
  },
};

async function refreshed(handle: WorkflowHandle, times: number): Promise<number[]> {
  const durations: number[] = [];
  for (let i = 0; i < times; i++) {
    const began = performance.now();
    await handle.executeUpdate('refresh');
    durations.push(performance.now() - began);
  }
  return durations;
}
