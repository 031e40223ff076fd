import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestCustomer, TestEnvironment } from './support/environment';
import { eventually } from './support/eventually';
import { eventsOf } from './support/history';
import { CRM, CRM_TWO, testSecrets } from './support/secrets';
import type { SeenCycle } from './workflows';

describe('triggers', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start({ secrets: [testSecrets()] });
  });
  afterAll(() => env.stop());

  const cyclesOf = ({ handle }: TestCustomer): Promise<SeenCycle[]> =>
    handle.temporal.query<SeenCycle[]>('cycles');

  it('a start loads, once, also together with a refresh', async () => {
    const customer = await env.loaded();
    expect(customer.profile.looks).toHaveLength(1);
    expect(await cyclesOf(customer)).toEqual([{ triggers: ['start', 'refresh'], upserts: 3, deletes: 0 }]);
  });

  it('an interval loads by itself', async () => {
    const customer = await env.started('PollingWorkflow');
    await eventually(async () =>
      expect((await cyclesOf(customer)).map((cycle) => cycle.triggers)).toEqual([
        ['start'],
        ['interval'],
        ['interval'],
      ]),
    );
    expect(customer.profile.looks).toHaveLength(3);
    await customer.handle.complete();
  });

  it('an interval does not load while the workflow is paused', async () => {
    const customer = await env.loaded('PollingWorkflow');
    await customer.handle.pause();
    const looks = customer.profile.looks.length;
    const other = await env.loaded('PollingWorkflow');
    // As long as it takes another one to load twice.
    await eventually(() => expect(other.profile.looks.length).toBeGreaterThan(2));
    expect(customer.profile.looks).toHaveLength(looks);
    await customer.handle.resume();
    await eventually(() => expect(customer.profile.looks.length).toBeGreaterThan(looks));
    for (const { handle } of [customer, other]) await handle.complete();
  });

  it('those that arrive during a load make one cycle', async () => {
    const customer = await env.loaded();
    const { handle } = customer;
    const gate = customer.profile.hold();
    await handle.temporal.signal('refresh');
    await gate.reached;
    for (let i = 0; i < 5; i++) await handle.temporal.signal('refresh');
    await handle.temporal.signal('update', { entityName: 'Contact', data: { id: 'k_3', name: 'B' } });
    await handle.temporal.signal('update', { entityName: 'Contact', data: { id: 'k_4', name: 'C' } });
    await handle.temporal.signal('delete', { entityName: 'Contact', deletions: { Contact: ['k_4'] } });
    await handle.temporal.signal('data', { plan: 'free' });
    gate.release();
    await eventually(async () => expect(await cyclesOf(customer)).toHaveLength(3));
    // The load that ran told what the signals changed; the one they asked for had nothing to add.
    expect((await cyclesOf(customer)).slice(1)).toEqual([
      { triggers: ['refresh'], upserts: 2, deletes: 1 },
      { triggers: ['refresh', 'update', 'delete', 'data'], upserts: 0, deletes: 0 },
    ]);
    expect(customer.profile.looks).toHaveLength(3);
  });

  it('those that arrive while no worker runs make one cycle', async () => {
    const alone = await TestEnvironment.start({ started: false, secrets: [testSecrets()] });
    try {
      const customer = await alone.started('CustomerWorkflow', { apiUrl: CRM });
      const { temporal } = customer.handle;
      await temporal.signal('update', { entityName: 'Customer', data: { plan: 'free' } });
      await temporal.signal('apiUrl', CRM_TWO);
      await temporal.signal('apiToken', 'secret:FIRST');
      await temporal.signal('refresh');
      await alone.startWorker();
      await eventually(async () => expect(await cyclesOf(customer)).toHaveLength(1));
      expect((await cyclesOf(customer))[0]?.triggers.toSorted()).toEqual([
        'apiToken',
        'apiUrl',
        'refresh',
        'start',
        'update',
      ]);
      expect(customer.profile.looks.map((look) => look.apiUrl)).toEqual([CRM_TWO]);
    } finally {
      await alone.stop();
    }
  });

  it('staleAfter spares the load, not the cycle; a refresh always loads', async () => {
    const customer = await env.loaded('StaleWorkflow', { apiUrl: CRM });
    await customer.handle.temporal.signal('update', { entityName: 'Customer', data: { plan: 'free' } });
    await eventually(async () => expect(await cyclesOf(customer)).toHaveLength(2));
    expect(customer.profile.looks).toHaveLength(1);
    await customer.handle.refresh();
    expect(customer.profile.looks).toHaveLength(2);
    await customer.handle.setApiUrl(CRM_TWO);
    await eventually(() => expect(customer.profile.looks).toHaveLength(3));
  });

  it('every load tells who and what in its summary', async () => {
    const { handle } = await env.loaded();
    const summaries = (await eventsOf(env.client, handle.workflowId))
      .filter((event) => event.activityTaskScheduledEventAttributes != null)
      .map((event) => Buffer.from(event.userMetadata?.summary?.data ?? []).toString());
    expect(summaries.toSorted()).toEqual(['"load contacts"', '"load profile"']);
  });
});
