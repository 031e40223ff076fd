import type { Bench, Benchmark } from '../benchmark';
import { median, spread } from '../measure/statistics';
import { startListApi } from '../rest/list-api';
import { byActivity, byAdapter, byHand } from '../rest/readers';

const PAGES = 100;
const ROUNDS = 15;

/** How long the API takes for a page, in milliseconds: little, for 100 records out of a database. */
const THINKS = 5;

const READERS = { hand: byHand, adapter: byAdapter, activity: byActivity } as const;
type Name = keyof typeof READERS;
type Times = Readonly<Record<Name, number[]>>;

/**
 * Lists of 100 pages of 100 records: by hand, through the adapter's load, and through the whole `rest.loadData`
 * activity, which also makes entities, their digest and what travels; turn and turn about.
 *
 * The figure is the activity's, on an API that takes 5 ms for a page. What the activity does to a page is done while
 * the next one is on its way, so the figure rests on there being a way. The detail says how it is without one, on an
 * API that answers at once: there, processor time is all that is measured.
 */
export const restThroughput: Benchmark = {
  name: 'rest-throughput',
  title: 'pages of 100 records a second through rest.loadData, over raw axios',
  unit: '×',
  bar: 0.85,
  better: 'higher',
  async run(bench) {
    const thinking = await measured(THINKS, bench);
    const atOnce = await measured(0, bench);
    const rate = (1_000 * PAGES) / median(thinking.activity);
    return {
      value: over(thinking, 'activity'),
      detail: [
        `${rate.toFixed()} pages/s from an API that takes ${THINKS} ms for each: the activity ${spread(thinking.activity)}, axios ${spread(thinking.hand)}`,
        `from one that answers at once, the adapter's load ${over(atOnce, 'adapter').toFixed(2)}× and the activity ${over(atOnce, 'activity').toFixed(2)}× of axios (${spread(atOnce.hand)})`,
      ].join('; '),
    };
  },
};

async function measured(thinks: number, bench: Bench): Promise<Times> {
  const origin = await startListApi(PAGES, bench, thinks);
  const times: Times = { hand: [], adapter: [], activity: [] };
  const names = Object.keys(READERS) as Name[];
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
    bench.progress(`${thinks} ms for a page: round ${round + 1} of ${ROUNDS}`);
  }
  return times;
}

/** How many times as fast as axios one was, round by round. */
const over = (times: Times, name: Name): number =>
  median(times.hand.map((time, i) => time / (times[name][i] as number)));
