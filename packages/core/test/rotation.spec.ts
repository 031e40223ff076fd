import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestCustomer, TestEnvironment } from './support/environment';
import { eventually, eventuallyEqual } from './support/eventually';
import { eventsOf } from './support/history';
import { ScriptedFault } from './support/scripted-adapter';
import { CRM, CRM_TWO, testSecrets, TOKENS } from './support/secrets';
import type { SeenCycle } from './workflows';

const INPUT = { apiUrl: CRM, apiToken: 'secret:FIRST' };

describe('a token or address that changes', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start({ secrets: [testSecrets()] });
  });
  afterAll(() => env.stop());

  const cyclesOf = ({ handle }: TestCustomer): Promise<SeenCycle[]> =>
    handle.temporal.query<SeenCycle[]>('cycles');

  describe('during a load', () => {
    it('cancels the load and begins it again with the new token, in the same cycle', async () => {
      const customer = await env.loaded('CustomerWorkflow', INPUT);
      const gate = customer.profile.hold();
      customer.profile.records = [{ id: customer.id, name: 'Seen with the first token' }];
      await customer.handle.temporal.signal('refresh');
      await gate.reached;
      customer.profile.records = [{ id: customer.id, name: 'Seen with the second token' }];
      await customer.handle.temporal.signal('apiToken', 'secret:SECOND');
      await eventually(async () => expect(await cyclesOf(customer)).toHaveLength(2));
      expect(await cyclesOf(customer)).toEqual([
        expect.anything(),
        { triggers: ['refresh', 'apiToken'], upserts: 1, deletes: 0 },
      ]);
      expect(await customer.handle.data()).toMatchObject({ name: 'Seen with the second token' });
      expect(customer.profile.looks.map((look) => look.token)).toEqual([
        TOKENS.FIRST,
        TOKENS.FIRST,
        TOKENS.SECOND,
      ]);
      // Released only now: the workflow did not wait for the load that it had given up.
      gate.release();
      const events = await eventsOf(env.client, customer.handle.workflowId);
      expect(
        events.filter((event) => event.activityTaskCancelRequestedEventAttributes != null),
      ).not.toHaveLength(0);
    });

    it('stops the adapter', async () => {
      const customer = await env.loaded('CustomerWorkflow', INPUT);
      const aborted = new Promise<void>((resolve) => {
        customer.profile.onLoad = ({ signal }) =>
          new Promise<void>((_, reject) => {
            customer.profile.onLoad = () => {};
            signal.addEventListener('abort', () => {
              resolve();
              reject(signal.reason as Error);
            });
          });
      });
      await customer.handle.temporal.signal('refresh');
      await eventually(() => expect(customer.profile.looks).toHaveLength(2));
      await customer.handle.setApiUrl(CRM_TWO);
      await aborted;
      expect(await customer.handle.data()).toMatchObject({ name: 'Ada' });
    });

    it('begins again with a new address, and never takes in what the old one gave', async () => {
      const customer = await env.loaded('CustomerWorkflow', INPUT);
      const gate = customer.profile.hold();
      customer.profile.records = [{ id: customer.id, name: 'Old place' }];
      await customer.handle.temporal.signal('refresh');
      await gate.reached;
      customer.profile.records = [{ id: customer.id, name: 'New place' }];
      await customer.handle.temporal.signal('apiUrl', CRM_TWO);
      gate.release();
      await eventually(async () => expect(await cyclesOf(customer)).toHaveLength(2));
      expect(await customer.handle.data()).toMatchObject({ name: 'New place' });
      const heard = await customer.handle.temporal.query('heard');
      expect(JSON.stringify(heard)).not.toContain('Old place');
    });

    it.each(['before', 'after'])(
      'never takes in a stale result that comes in the same task, %s the change',
      async (order) => {
        // A worker for activities and one for workflows: the one stands still while the other goes on.
        const split = await TestEnvironment.start({ secrets: [testSecrets()], started: false });
        try {
          await split.startWorker('activities');
          const stop = await split.startWorker('workflows');
          const customer = await split.loaded('CustomerWorkflow', INPUT);
          const { temporal } = customer.handle;
          const gate = customer.profile.hold();
          customer.profile.records = [{ id: customer.id, name: 'Stale' }];
          await temporal.signal('refresh');
          await gate.reached;
          const completed = async (): Promise<number> =>
            (await eventsOf(split.client, customer.handle.workflowId)).filter(
              (event) => event.activityTaskCompletedEventAttributes != null,
            ).length;
          await eventuallyEqual(completed, 3);
          await stop();
          const change = (): Promise<void> => temporal.signal('apiUrl', CRM_TWO);
          const load = async (): Promise<void> => {
            gate.release();
            await eventually(async () =>
              expect((await temporal.describe()).raw.pendingActivities ?? []).toEqual([]),
            );
          };
          for (const step of order === 'before' ? [load, change] : [change, load]) await step();
          customer.profile.records = [{ id: customer.id, name: 'Current' }];
          await split.startWorker('workflows');
          await eventually(async () => expect(await cyclesOf(customer)).toHaveLength(2));
          expect(await customer.handle.data()).toMatchObject({ name: 'Current' });
          expect(JSON.stringify(await temporal.query('heard'))).not.toContain('Stale');
          await split.expectNeverWedged(customer.handle.workflowId);
        } finally {
          await split.stop();
        }
      },
    );

    it('answers rotateToken after the load that began with the new token', async () => {
      const customer = await env.loaded('CustomerWorkflow', INPUT);
      const gate = customer.profile.hold();
      await customer.handle.temporal.signal('refresh');
      await gate.reached;
      customer.profile.records = [{ id: customer.id, name: 'Second' }];
      expect(await customer.handle.rotateToken('secret:SECOND')).toMatchObject({ outcome: 'changed' });
      expect(customer.profile.looks.at(-1)?.token).toBe(TOKENS.SECOND);
      gate.release();
    });

    it('answers a refresh that waited for the load which was begun again', async () => {
      const customer = await env.loaded('CustomerWorkflow', INPUT);
      const gate = customer.profile.hold();
      await customer.handle.temporal.signal('refresh');
      await gate.reached;
      const refresh = await customer.handle.temporal.startUpdate('refresh', { waitForStage: 'ACCEPTED' });
      await customer.handle.temporal.signal('apiToken', 'secret:SECOND');
      expect(await refresh.result()).toMatchObject({ outcome: 'unchanged' });
      gate.release();
    });

    it('several times uses the last one', async () => {
      const customer = await env.loaded('CustomerWorkflow', INPUT);
      const gates = [customer.profile.hold(), customer.profile.hold(), customer.profile.hold()];
      await customer.handle.temporal.signal('refresh');
      await gates[0]?.reached;
      await customer.handle.temporal.signal('apiToken', 'secret:SECOND');
      await gates[1]?.reached;
      await customer.handle.temporal.signal('apiToken', 'secret:FIRST');
      await gates[2]?.reached;
      await customer.handle.temporal.signal('apiUrl', CRM_TWO);
      await eventually(async () => expect(await cyclesOf(customer)).toHaveLength(2));
      expect(customer.profile.looks.at(-1)).toMatchObject({ token: TOKENS.FIRST, apiUrl: CRM_TWO });
      expect((await cyclesOf(customer)).at(-1)?.triggers).toEqual(['refresh', 'apiToken', 'apiUrl']);
      for (const gate of gates) gate.release();
    });
  });

  it('takes a workflow out of unauthorized at once, even while it loads with the refused token', async () => {
    const customer = await env.loaded('CustomerWorkflow', INPUT);
    customer.profile.onLoad = async (ctx) => {
      if ((await ctx.credential(CRM))?.secret.reveal() === TOKENS.FIRST)
        throw new ScriptedFault('unauthorized');
    };
    await customer.handle.refresh();
    expect((await customer.handle.status()).status).toBe('unauthorized');
    const gate = customer.contacts.hold();
    await customer.handle.temporal.signal('refresh');
    await gate.reached;
    await customer.handle.temporal.signal('apiToken', 'secret:SECOND');
    await eventuallyEqual(async () => (await customer.handle.status()).status, 'running');
    gate.release();
    expect(await customer.handle.apiToken()).toMatchObject({ reference: 'secret:SECOND' });
  });

  it('of address drops the checkpoint: the next load is a full one', async () => {
    const customer = await env.loaded('CustomerWorkflow', INPUT);
    await customer.handle.refresh();
    expect(customer.profile.looks.map((look) => look.checkpoint === undefined)).toEqual([true, false]);
    await customer.handle.setApiUrl(CRM_TWO);
    await eventually(async () => expect(await cyclesOf(customer)).toHaveLength(3));
    expect(customer.profile.looks[2]?.checkpoint).toBeUndefined();
    // The same address again is no move.
    await customer.handle.setApiUrl(CRM_TWO);
    await eventually(() => expect(customer.profile.looks).toHaveLength(4));
    expect(customer.profile.looks[3]?.checkpoint).toHaveProperty('digest');
  });

  it('of token keeps the digest, and forgets what made requests conditional', async () => {
    const customer = await env.loaded('CustomerWorkflow', INPUT);
    customer.profile.pages = () => [
      { records: customer.profile.records, complete: true, validators: { etag: '"1"' } },
    ];
    await customer.handle.refresh();
    await customer.handle.refresh();
    expect(customer.profile.looks[2]?.checkpoint?.validators).toEqual({ etag: '"1"' });
    await customer.handle.rotateToken('secret:SECOND');
    const { checkpoint } = customer.profile.looks.at(-1) ?? {};
    expect(checkpoint?.validators).toBeUndefined();
    expect(checkpoint?.digest).toBe(customer.profile.looks[2]?.checkpoint?.digest);
  });

  it('while the workflow is paused is used once it is resumed', async () => {
    const customer = await env.loaded('CustomerWorkflow', INPUT);
    await customer.handle.pause();
    expect(await customer.handle.rotateToken('secret:SECOND')).toMatchObject({ outcome: 'skipped' });
    expect(customer.profile.looks).toHaveLength(1);
    await customer.handle.resume();
    await eventually(() => expect(customer.profile.looks.at(-1)?.token).toBe(TOKENS.SECOND));
  });
});
