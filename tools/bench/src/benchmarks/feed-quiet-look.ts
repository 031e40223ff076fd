import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark } from '../benchmark';
import { actionsBetween, actionsOf, shownActions, total } from '../measure/actions';
import { tickets } from '../measure/records';
import { Collection } from '../temporal/collection';
import { startFeed } from '../temporal/feed-environment';
import { until } from '../temporal/until';

const entities = 2_000;
const seconds = 30;

/** What a look of a feed that finds nothing is billed, by what the server counts. */
export const feedQuietLook: Benchmark = {
  name: 'feed-quiet-look',
  title: `billable Actions of one look of a feed over ${entities} entities that finds nothing`,
  unit: 'Actions',
  bar: 1.1,
  better: 'lower',
  run: async (bench) => {
    const server = await bench.temporal();
    const collection = new Collection(tickets(entities));
    const { feed } = await startFeed(bench, collection);
    bench.progress(`starting ${entities} workflows`);
    await until(
      `${entities} deliveries`,
      300_000,
      async () => (await feed.query<{ delivered: number } | null>('data'))?.delivered === entities,
      1_000,
    );
    const first = collection.requests;
    await until('two quiet looks', 60_000, () => collection.requests >= first + 2);
    const [before, requests] = [await actionsOf(server), collection.requests];
    for (let tens = 10; tens <= seconds; tens += 10) {
      await sleep(10_000);
      bench.progress(`${tens} of ${seconds} s`);
    }
    const counted = actionsBetween(before, await actionsOf(server));
    const asked = collection.requests - requests;
    return {
      value: total(counted) / asked,
      detail: `${shownActions(counted)} for ${asked} looks of one request each in ${seconds} s; one by one, under \`watch\`, ${entities} workflows make ${entities} requests and Actions for the same`,
    };
  },
};
