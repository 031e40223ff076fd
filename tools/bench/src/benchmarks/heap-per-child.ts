import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark } from '../benchmark';
import { measureInChild } from '../heap/measure-in-child';
import { median } from '../measure/statistics';
import { workflowCode } from '../temporal/bundle';
import { WorkerEnvironment } from '../temporal/worker-environment';
import { CHILDREN_QUEUE } from '../workflows/parents';

const children = 500;

/** What each child costs its parent in memory. */
export const heapPerChild: Benchmark = {
  name: 'heap-per-child',
  title: `heap that each of ${children} children costs its parent beyond the child's data`,
  unit: ' KB',
  bar: 3,
  better: 'lower',
  run: async (bench) => {
    const { address } = await bench.temporal();
    const directory = await mkdtemp(join(tmpdir(), 'bench-heap-'));
    bench.cleanUp('The bundled workflows', () => rm(directory, { recursive: true }));
    const codePath = join(directory, 'parents.js');
    const code = await workflowCode(require.resolve('../workflows/parents'));
    await writeFile(codePath, code);
    // The children run in this process: a worker holds something for each workflow beside what that holds itself.
    const environment = await WorkerEnvironment.start({
      address,
      sources: {},
      workflowBundle: { code },
      taskQueue: CHILDREN_QUEUE,
      worker: { maxCachedWorkflows: 5 * children },
    });
    bench.cleanUp('The worker of the children', () => environment.stop());
    const bytes = await measureInChild(bench, { address, codePath, children, kind: 'children' });
    return {
      value: median(bytes) / 1_024,
      detail: `a parent of ${children} idle children, less one that holds the same ${children} tickets without children; the children run in another process`,
    };
  },
};
