import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'vite';
import type { Found, Search } from './search';

/** What a thread is to search: a shape by its place among all. */
export type Task = Omit<Search, 'shape' | 'protocol' | 'kinds' | 'isWrong'> & { readonly shape: number };

/** Threads that search at a time. */
export interface Searchers {
  /** @returns the first schedule of all that is wrong, whatever thread came to it */
  search(task: Task): Promise<Found | undefined>;
  stop(): Promise<void>;
}

/** Starts a thread for each core, on compiled code: what a test runner makes of the sources is slower. */
export async function startSearchers(threads = availableParallelism()): Promise<Searchers> {
  const folder = await mkdtemp(join(tmpdir(), 'stateful-workflow-model-'));
  await build({
    configFile: false,
    logLevel: 'error',
    build: { ssr: join(__dirname, 'searcher.ts'), outDir: folder, minify: false, emptyOutDir: false },
    ssr: { noExternal: true },
  });
  const workers = Array.from({ length: threads }, () => new Worker(join(folder, 'searcher.mjs')));
  return {
    async search(task) {
      const found = await Promise.all(
        workers.map(async (worker, first) => {
          worker.postMessage({ ...task, share: { first, of: threads } });
          const [answer] = (await once(worker, 'message')) as [Found | undefined];
          return answer;
        }),
      );
      return found.flatMap((one) => one ?? []).toSorted((a, b) => a.schedule - b.schedule)[0];
    },
    async stop() {
      await Promise.all(workers.map((worker) => worker.terminate()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
