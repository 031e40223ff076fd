import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark } from '../benchmark';
import { measureInChild } from '../heap/measure-in-child';
import { median } from '../measure/statistics';
import { workflowCode } from '../temporal/bundle';

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
    await writeFile(codePath, await workflowCode(require.resolve('../workflows/parents')));
    const bytes = await measureInChild(bench, { address, codePath, children, kind: 'children' });
    return {
      value: median(bytes) / 1_024,
      detail: `a parent of ${children} idle children, less one that holds the same ${children} tickets without children; the children run in other threads`,
    };
  },
};
