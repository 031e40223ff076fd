import type { Benchmark } from '../benchmark';
import { tickets } from '../measure/records';
import { Collection } from '../temporal/collection';
import { startFeed } from '../temporal/feed-environment';
import { growth, historySize } from '../temporal/history';
import { until } from '../temporal/until';

const entities = 100;
const looks = 10;

/** What delivering changes adds to the history of the feed. */
export const feedHistory: Benchmark = {
  name: 'feed-history',
  title: `bytes that ${entities * looks} delivered changes add to the history of a feed, in ${looks} looks`,
  unit: 'bytes',
  bar: 10 * 1_024,
  better: 'lower',
  run: async (bench) => {
    const records = tickets(entities);
    const collection = new Collection(records);
    const { feed, reports } = await startFeed(bench, collection);
    const ids = records.map(({ id }) => `FedTicket-${id}`);
    await until(
      'the first look',
      120_000,
      async () => (await feed.query<{ delivered: number } | null>('data'))?.delivered === entities,
      200,
    );
    const before = await historySize(feed);
    for (let look = 1; look <= looks; look++) {
      bench.progress(`${look} of ${looks} looks`);
      const subject = `Changed for the ${look}. time`;
      const change = async (): Promise<void> =>
        collection.change(records.map((record) => ({ ...record, subject })));
      await reports.time(`begun with ${subject}`, ids, 120_000, change);
    }
    const quiet = collection.requests;
    await until('a quiet look', 60_000, () => collection.requests > quiet);
    const { bytes, events } = growth(before, await historySize(feed));
    // The counts are shown once a minute: so often at most it writes, whatever it delivers.
    const { delivered } = await feed.query<{ delivered: number }>('data');
    return {
      value: bytes,
      detail: `${events} events; the workflow had heard of ${delivered} deliveries by then, and hears of the others within a minute; each of ${entities} workflows took each change, found by looks a second apart`,
    };
  },
};
