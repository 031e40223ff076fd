import { parentPort } from 'node:worker_threads';
import { search } from './search';
import type { Task } from './searchers';
import { type Shape, SHAPES } from './world';

// A thread that runs a share of the schedules.
parentPort?.on('message', ({ shape, ...task }: Task) => {
  parentPort?.postMessage(search({ ...task, shape: SHAPES[shape] as Shape }));
});
