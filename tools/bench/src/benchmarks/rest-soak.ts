import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Benchmark } from '../benchmark';
import { startListApi } from '../rest/list-api';
import { byAdapter } from '../rest/readers';

const PAGES = 10_000;
const EVERY = 1_000;
const MIB = 1024 * 1024;

/** One load of a very long list: what it holds on page 10,000 is what it held on page 1,000. */
export const restSoak: Benchmark = {
  name: 'rest-soak',
  title: 'heap that one load of 10,000 pages of 100 records adds between its 1,000th page and its last',
  unit: 'MiB',
  bar: 8,
  better: 'lower',
  async run(bench) {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const origin = await startListApi(PAGES, bench);
    const heaps: number[] = [];
    let pages = 0;
    const { read, close } = byAdapter(origin, () => {
      pages += 1;
      if (pages % EVERY !== 0) return;
      collect();
      heaps.push(process.memoryUsage().heapUsed / MIB);
      bench.progress(`page ${pages}: ${heaps.at(-1)?.toFixed(1)} MiB of heap`);
    });
    bench.cleanUp('the connections', close);
    const started = performance.now();
    await read(PAGES);
    const seconds = (performance.now() - started) / 1_000;
    const [first = 0, ...later] = heaps;
    const { rss } = process.memoryUsage();
    return {
      value: Math.max(...later) - first,
      detail: `heap ${heaps.map((heap) => heap.toFixed(1)).join(', ')} MiB at every 1,000th page; ${(rss / MIB).toFixed()} MiB of memory in all; ${seconds.toFixed()} s for ${PAGES} pages`,
    };
  },
};
