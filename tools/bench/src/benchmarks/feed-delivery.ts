import type { Benchmark } from '../benchmark';
import { tickets } from '../measure/records';
import { median, spread } from '../measure/statistics';
import { Collection } from '../temporal/collection';
import { startFeed } from '../temporal/feed-environment';

const entities = 300;
const rounds = 6;
const warmUp = 2;

/** How fast changed records come from the source into the workflows of their entities. */
export const feedDelivery: Benchmark = {
  name: 'feed-delivery',
  title: 'changed records a second from the source into their workflows, over signal with start by hand',
  unit: '×',
  bar: 0.9,
  better: 'higher',
  run: async (bench) => {
    const records = tickets(entities);
    const [ours, theirs] = [new Collection(records), new Collection(records)];
    const { feed, byHand, reports } = await startFeed(bench, ours, theirs);
    const times: Record<'ours' | 'theirs', number[]> = { ours: [], theirs: [] };
    for (let round = 0; round < warmUp + rounds; round++) {
      bench.progress(`round ${round + 1} of ${warmUp + rounds}`);
      const subject = `Changed for the ${round + 1}. time`;
      const changed = records.map((record) => ({ ...record, subject }));
      for (const next of round % 2 === 0 ? (['ours', 'theirs'] as const) : (['theirs', 'ours'] as const)) {
        const [prefix, collection, look] =
          next === 'ours'
            ? (['FedTicket', ours, () => feed.signal('refresh')] as const)
            : (['HandFedTicket', theirs, () => byHand.signal('look')] as const);
        const ids = records.map(({ id }) => `${prefix}-${id}`);
        const time = await reports.time(`begun with ${subject}`, ids, 120_000, async () => {
          collection.change(changed);
          await look();
        });
        if (round >= warmUp) times[next].push(time);
      }
    }
    const perSecond = (ms: readonly number[]): number => (entities / median(ms)) * 1_000;
    return {
      value: median(times.theirs.map((time, i) => time / (times.ours[i] as number))),
      detail: `${perSecond(times.ours).toFixed()} records a second, ${spread(times.ours)} for ${entities}; by hand ${perSecond(times.theirs).toFixed()}, ${spread(times.theirs)}; ${rounds} rounds in turn, each until the last workflow has taken its record; both 20 at a time, into stateful workflows: by hand an \`update\` each, as it is told`,
    };
  },
};
