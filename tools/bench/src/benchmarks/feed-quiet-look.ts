import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark } from '../benchmark';
import { actionsBetween, actionsOf, shownActions, totalOf } from '@stateful-workflow/dev-services';
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
    const subject = 'The same for all';
    const records = tickets(entities).map((ticket) => ({ ...ticket, subject }));
    const collection = new Collection([]);
    const { reports } = await startFeed(bench, collection);
    bench.progress(`starting ${entities} workflows`);
    // Until each has it and waits: what they do as they start is no part of a quiet look.
    const ids = records.map(({ id }) => `FedTicket-${id}`);
    await reports.time(`begun with ${subject}`, ids, 400_000, async () => collection.change(records));
    const first = collection.requests;
    await until('five quiet looks', 60_000, () => collection.requests >= first + 5);
    const [before, requests] = [await actionsOf(server), collection.requests];
    for (let tens = 10; tens <= seconds; tens += 10) {
      await sleep(10_000);
      bench.progress(`${tens} of ${seconds} s`);
    }
    const counted = actionsBetween(before, await actionsOf(server));
    const asked = collection.requests - requests;
    return {
      value: totalOf(counted) / asked,
      detail: `${shownActions(counted)} for ${asked} looks of one request each in ${seconds} s; one by one, under \`watch\`, ${entities} workflows make ${entities} requests and Actions for the same`,
    };
  },
};
