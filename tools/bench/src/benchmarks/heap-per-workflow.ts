import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark } from '../benchmark';
import type { WorkflowsTask } from '../heap/child-protocol';
import { measureInChild } from '../heap/measure-in-child';
import { median } from '../measure/statistics';
import { bundle, workflowCode } from '../temporal/bundle';

const workflows = 1_000;
const entities = 10;

/** What an idle workflow in the worker's cache costs in memory. */
export const heapPerWorkflow: Benchmark = {
  name: 'heap-per-workflow',
  title: 'heap of 1,000 cached idle workflows of 10 entities over bare workflows holding the same data',
  unit: '×',
  bar: 1.25,
  better: 'lower',
  run: async (bench) => {
    const { address } = await bench.temporal();
    const directory = await mkdtemp(join(tmpdir(), 'bench-heap-'));
    bench.cleanUp('The bundled workflows', () => rm(directory, { recursive: true }));
    /** Each with one workflow type in its bundle: a worker loads the code of all that are in it for each of them. */
    const measured = async (kind: WorkflowsTask['kind'], code: string): Promise<number> => {
      const codePath = join(directory, `${kind}.js`);
      await writeFile(codePath, code);
      return median(await measureInChild(bench, { address, codePath, workflows, entities, kind }));
    };
    const ours = await measured('stateful', await workflowCode(require.resolve('../workflows/customer')));
    const theirs = await measured('by-hand', await bundle(require.resolve('../workflows/idle-by-hand')));
    const kilobytes = (bytes: number): string => `${(bytes / 1_024).toFixed(1)} KB`;
    return {
      value: ours / theirs,
      detail: `${kilobytes(ours)} a workflow, by hand ${kilobytes(theirs)}; heapUsed + external after two collections, less that of the same process with 20 workflows, over ${workflows} workflows; a process for each kind, workflows in its main thread, one V8 context (Temporal's default)`,
    };
  },
};
