import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChangeSet } from '../src/workflow';
import { contactsOf } from './support/contacts';
import { type TestCustomer, TestEnvironment } from './support/environment';
import { eventually, eventuallyEqual } from './support/eventually';
import { historiesOf } from './support/history';
import { ScriptedFault } from './support/scripted-adapter';

describe('each thing once', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  const heard = ({ handle }: TestCustomer): Promise<ChangeSet[]> => handle.temporal.query('heard');
  const plan = ({ handle }: TestCustomer, value: string): Promise<unknown> =>
    handle.update({ entityName: 'Customer', data: { plan: value } });
  const broken = async (customer: TestCustomer): Promise<void> => {
    customer.contacts.onLoad = () => {
      throw new ScriptedFault('fatal');
    };
    await customer.handle.refresh();
  };
  /** Refreshes until the workflow has continued as new. */
  const continued = async ({ handle }: TestCustomer): Promise<void> => {
    const { runId } = await handle.temporal.describe();
    await eventually(async () => {
      await handle.refresh();
      expect((await handle.temporal.describe()).runId).not.toBe(runId);
    });
  };

  describe('onChange() hears each change', () => {
    it('while another source fails', async () => {
      const customer = await env.loaded('CustomerWorkflow');
      await broken(customer);
      const before = (await heard(customer)).length;
      customer.profile.records = [{ id: customer.id, name: 'Changed once', plan: 'pro' }];
      for (let i = 0; i < 3; i++) await customer.handle.refresh();
      await plan(customer, 'free');
      await eventually(async () =>
        expect((await heard(customer)).slice(before).map(({ upserts }) => upserts)).toEqual([
          { Customer: { [customer.id]: { name: 'Changed once' } } },
          { Customer: { [customer.id]: { plan: 'free' } } },
        ]),
      );
      // What execute() gets in the end is both.
      expect((await customer.handle.pendingChanges()).upserts).toEqual({
        Customer: { [customer.id]: { name: 'Changed once', plan: 'free' } },
      });
    });

    it('also when the workflow continues as new meanwhile', async () => {
      const customer = await env.loaded('BriefWorkflow');
      await broken(customer);
      customer.profile.records = [{ id: customer.id, name: 'Changed once', plan: 'pro' }];
      await customer.handle.refresh();
      const before = (await heard(customer)).length;
      expect(before).toBeGreaterThan(0);
      await continued(customer);
      await customer.handle.refresh();
      // The new run has heard nothing, and execute() is to see it.
      expect(await heard(customer)).toEqual([]);
      expect((await customer.handle.pendingChanges()).upserts).toEqual({
        Customer: { [customer.id]: { name: 'Changed once' } },
      });
    });

    it('and what it changes itself is seen by the execute() after it', async () => {
      const customer = await env.loaded('HearingWorkflow');
      await plan(customer, 'free');
      await eventually(async () =>
        expect((await customer.handle.temporal.query<string[]>('plans')).slice(-2)).toEqual([
          `heard ${JSON.stringify({ plan: 'free' })}`,
          `seen ${JSON.stringify({ plan: 'free', tier: 'tier of free' })}`,
        ]),
      );
      const plans = await customer.handle.temporal.query<string[]>('plans');
      await customer.handle.refresh();
      expect(await customer.handle.temporal.query('plans')).toEqual(plans);
    });
  });

  it('what comes and goes while execute() waits does not add up', async () => {
    const customer = await env.loaded('CustomerWorkflow');
    await broken(customer);
    const { temporal } = customer.handle;
    for (let round = 0; round < 4; round++) {
      const ids = Array.from({ length: 500 }, (_, i) => `n_${round}_${i}`);
      await temporal.signal('update', { entityName: 'Contact', data: ids.map((id) => ({ id })) });
      await temporal.signal('delete', { entityName: 'Contact', deletions: { Contact: ids } });
    }
    await temporal.signal('delete', { entityName: 'Contact', deletions: { Contact: ['k_1'] } });
    await eventually(async () => {
      const { deletes } = await customer.handle.pendingChanges();
      expect(deletes).toContainEqual({ name: 'Contact', id: 'k_1' });
      expect(deletes.length).toBeLessThanOrEqual(1_001);
    });
    await temporal.terminate();
  });

  it('a change is carried once, however much of it waits for execute()', async () => {
    const customer = env.customer('TightWorkflow');
    customer.contacts.onLoad = () => {
      throw new ScriptedFault('fatal');
    };
    await env.workflows('TightWorkflow').ensure({ id: customer.id });
    // 9,000 bytes of state, none of which execute() has seen.
    const data = contactsOf(90).map((contact) => ({ ...contact, note: 'x'.repeat(50) }));
    await customer.handle.update({ entityName: 'Contact', data });
    const pending = await customer.handle.pendingChanges();
    await continued(customer);
    expect((await customer.handle.status()).problem).toBeUndefined();
    expect(await customer.handle.pendingChanges()).toEqual(pending);
    const [, next] = await historiesOf(env.client, customer.handle.workflowId);
    const input =
      next?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data ?? [];
    const text = Buffer.from(input).toString();
    expect(text.split('x'.repeat(50))).toHaveLength(data.length + 1);
  });

  it('a client cannot hand over what only a run may: neither by a retry nor by a schedule', async () => {
    const carried = { refusals: { count: 7, recent: [] }, inbox: ['start'], chain: 'made up' };
    for (const chain of [carried.chain, undefined])
      for (const option of [
        { retry: { initialInterval: '10 ms' } },
        { cronSchedule: '@every 1s' },
      ] as const) {
        const id = `c_${randomUUID().slice(0, 8)}`;
        const workflowId = `Customer-${id}`;
        await env.client.workflow.start('FailingWorkflow', {
          args: [{ id, entityName: 'Customer', carried: { ...carried, chain } }],
          taskQueue: env.taskQueue,
          workflowId,
          ...option,
        });
        const handle = env.client.workflow.getHandle(workflowId);
        if ('cronSchedule' in option) await handle.signal('status', 'completed');
        await eventually(async () => {
          expect((await historiesOf(env.client, workflowId)).length).toBeGreaterThan(1);
          expect(await handle.query('rejectedSignals')).toMatchObject({
            count: 1,
            recent: [{ signal: 'start', reason: expect.stringContaining('carried') }],
          });
        });
        await handle.terminate();
      }
  });

  it('complete() ends a workflow although a handler of the class never does', async () => {
    const customer = await env.loaded('WaitingWorkflow');
    const update = await customer.handle.temporal.startUpdate<string, [string], 'ACCEPTED'>('untilPlan', {
      args: ['gold'],
      waitForStage: 'ACCEPTED',
    });
    const result = update.result().catch((error: Error) => error.cause);
    await customer.handle.complete();
    expect(await customer.handle.result()).toMatchObject({ name: 'Ada' });
    expect(await result).toMatchObject({ type: 'AcceptedUpdateCompletedWorkflow' });
  });

  it('requestCycle({ load: true }) loads whatever the age and the back-off', async () => {
    const customer = await env.loaded('InsistentWorkflow');
    const { contacts, handle, profile } = customer;
    contacts.faults.push(new ScriptedFault('fatal'));
    await handle.refresh();
    expect((await handle.status()).status).toBe('degraded');
    const looks = [profile.looks.length, contacts.looks.length] as const;
    const cycles = async (): Promise<number> => (await handle.temporal.query<unknown[]>('cycles')).length;
    const before = await cycles();
    // Without a load: neither is asked, one being young and the other in its back-off.
    await handle.temporal.signal('cycle', false);
    await handle.update({ entityName: 'Customer', data: { plan: 'asked' } });
    expect([profile.looks.length, contacts.looks.length]).toEqual(looks);
    await handle.temporal.signal('cycle', true);
    await eventuallyEqual(async () => (await handle.status()).status, 'running');
    expect([profile.looks.length, contacts.looks.length]).toEqual([looks[0] + 1, looks[1] + 1]);
    expect(await cycles()).toBeGreaterThan(before);
  });
});
