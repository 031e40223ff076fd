import type { Benchmark } from '../benchmark';
import { median, spread } from '../measure/statistics';
import { startListApi } from '../rest/list-api';
import { byActivity, byAdapter, byHand } from '../rest/readers';

const PAGES = 100;
const ROUNDS = 15;

const READERS = { hand: byHand, adapter: byAdapter, activity: byActivity } as const;
type Name = keyof typeof READERS;

/** Lists of 100 pages of 100 records, by hand, through the adapter and through its activity, turn and turn about. */
export const restThroughput: Benchmark = {
  name: 'rest-throughput',
  title: 'pages of 100 records a second through the REST adapter, over raw axios',
  unit: '×',
  bar: 0.85,
  better: 'higher',
  async run(bench) {
    const origin = await startListApi(PAGES, bench);
    const names = Object.keys(READERS) as Name[];
    const times: Record<Name, number[]> = { hand: [], adapter: [], activity: [] };
    const readers = names.map((name) => ({ name, ...READERS[name](origin) }));
    for (const { name, close } of readers) bench.cleanUp(`the connections of ${name}`, close);
    for (let round = -3; round < ROUNDS; round += 1) {
      // Who goes first has the cooler machine: it changes.
      readers.push(...readers.splice(0, 1));
      for (const { name, read } of readers) {
        const started = performance.now();
        await read(PAGES);
        // The first rounds warm up.
        if (round >= 0) times[name].push(performance.now() - started);
      }
      bench.progress(`round ${round + 1} of ${ROUNDS}`);
    }
    const over = (name: Name): number =>
      median(times.hand.map((time, i) => time / (times[name][i] as number)));
    const rate = (1_000 * PAGES) / median(times.adapter);
    return {
      value: over('adapter'),
      detail: [
        `${rate.toFixed()} pages/s; ${PAGES} pages: the adapter ${spread(times.adapter)}, axios ${spread(times.hand)}`,
        `the whole activity, which also makes entities and their digest, is ${over('activity').toFixed(2)}× of axios`,
      ].join('; '),
    };
  },
};
