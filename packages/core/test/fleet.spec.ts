import { NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type TestCustomer, TestEnvironment } from './support/environment';
import { eventually } from './support/eventually';
import { eventsOf } from './support/history';

const FLEET = ['one', 'two'];
const CUSTOMERS = 12;
/** So many loads a second the server lets all of the fleet have together. */
const RATE = 4;

describe('a source with a task queue of its own', () => {
  let env: TestEnvironment;
  /** Two workers of one process that do the same have a connection each. */
  const connections: NativeConnection[] = [];
  beforeAll(async () => {
    env = await TestEnvironment.start();
    const address = inject('temporalAddress');
    while (connections.length < FLEET.length) connections.push(await NativeConnection.connect({ address }));
  });
  afterAll(async () => {
    await env.stop();
    for (const connection of connections) await connection.close();
  });

  /** Who ran the loads of a customer, and when the server let them start, in milliseconds. */
  const loadsOf = async ({ handle }: TestCustomer): Promise<{ by: string; at: number }[]> =>
    (await eventsOf(env.client, handle.workflowId)).flatMap((event) => {
      const started = event.activityTaskStartedEventAttributes;
      const { seconds, nanos } = event.eventTime ?? {};
      return started == null
        ? []
        : [{ by: String(started.identity), at: Number(seconds) * 1_000 + Number(nanos) / 1e6 }];
    });

  it('is loaded by the workers of that queue, at the rate that the server keeps for all of them', async () => {
    const customers = await Promise.all(
      Array.from({ length: CUSTOMERS }, () => env.started('FleetCustomerWorkflow')),
    );
    await eventually(() => {
      for (const { contacts } of customers) expect(contacts.looks).toHaveLength(1);
    });
    // The workers that run the workflows are not asked for it.
    for (const { profile } of customers) expect(profile.looks).toEqual([]);

    for (const [i, identity] of FLEET.entries()) {
      await env.startWorker('activities', {
        connection: connections[i],
        identity,
        taskQueue: `${env.taskQueue}-fleet`,
        maxTaskQueueActivitiesPerSecond: RATE,
      });
    }
    for (const { handle } of customers)
      await eventually(async () => expect(await handle.data()).toMatchObject({ name: 'Ada' }));
    const loads = (await Promise.all(customers.map(loadsOf))).flat().filter(({ by }) => FLEET.includes(by));
    expect(loads).toHaveLength(CUSTOMERS);
    const times = loads.map(({ at }) => at).sort((a, b) => a - b);
    // The server saves up a second's worth, which may all go at once.
    const atLeast = ((CUSTOMERS - 2 * RATE) / RATE) * 1_000;
    expect((times.at(-1) as number) - (times[0] as number)).toBeGreaterThan(atLeast * 0.8);
  });
});
