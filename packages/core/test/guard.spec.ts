import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { UpdatePayload } from '../src/index';
import { type TestCustomer, TestEnvironment, type WorkflowName } from './support/environment';
import { eventually } from './support/eventually';
import { type History, historiesOf, textOf } from './support/history';
import { Publisher } from './support/publisher';

describe('a guard before what clients send', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  const plan = (value: string): UpdatePayload => ({ entityName: 'Customer', data: { plan: value } });
  const closed = async (): Promise<TestCustomer> => {
    const customer = await env.loaded('GuardedWorkflow');
    await customer.handle.update(plan('closed'));
    return customer;
  };
  const refused = ({ handle }: TestCustomer, ...signals: readonly object[]): Promise<void> =>
    eventually(async () =>
      expect(await handle.rejectedSignals()).toMatchObject({ count: signals.length, recent: signals }),
    );

  it('refuses an update with its reason, and leaves nothing in the history', async () => {
    const { handle } = await closed();
    await expect(handle.update(plan('secret plan'))).rejects.toMatchObject({
      code: 'UPDATE_REFUSED',
      message: 'the customer is closed',
    });
    await expect(handle.update(plan('typed'))).rejects.toMatchObject({ code: 'NO_PLAN' });
    expect(await handle.data()).toMatchObject({ plan: 'closed' });
    const histories = await historiesOf(env.client, handle.workflowId);
    expect(textOf(histories.flatMap(({ events }) => events ?? []))).not.toContain('secret plan');
    await env.expectNeverWedged(handle.workflowId);
  });

  it.each([
    ['text', 'said as a text'],
    ['object', 'said as an object'],
    [
      'nothing',
      /^beforeUpdate\(\) refuses it, and does not say why\. Have it throw an Error with a message\.$/,
    ],
    ['bare', /^beforeUpdate\(\) refuses it, and does not say why/],
    ['silent', /^beforeUpdate\(\) refuses it, and does not say why/],
  ])('refuses whatever it throws (%s), with what there is of a reason', async (value, message) => {
    const customer = await env.loaded('GuardedWorkflow');
    const { handle } = customer;
    const code = 'UPDATE_REFUSED';
    const error = await handle.update(plan(value)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code });
    expect((error as Error).message).toMatch(message);
    await handle.temporal.signal('update', plan(value));
    await refused(customer, { signal: 'update', reason: expect.stringMatching(message) as string });
    expect(await handle.data()).toMatchObject({ plan: 'pro' });
    await env.expectNeverWedged(handle.workflowId);
  });

  it('refuses signals, which are counted, and what they bring is not taken in', async () => {
    const customer = await closed();
    const { handle } = customer;
    await handle.temporal.signal('update', plan('free'));
    await handle.temporal.signal('data', { plan: 'free' });
    await handle.temporal.signal('delete', { entityName: 'Contact', deletions: { Contact: ['k_1'] } });
    const reason = 'the customer is closed';
    await refused(
      customer,
      { signal: 'update', reason },
      { signal: 'data', reason },
      { signal: 'delete', reason: 'k_1 stays' },
    );
    await handle.delete({ entityName: 'Contact', deletions: { Contact: ['k_2'] } });
    await eventually(async () =>
      expect(await handle.data()).toMatchObject({ plan: 'closed', contacts: [{ id: 'k_1' }] }),
    );
    await env.expectNeverWedged(handle.workflowId);
  });

  it('is not asked about what the sources, the class and other workflows write', async () => {
    const customer = await closed();
    const { id, handle, profile } = customer;
    profile.records = [{ id, name: 'Countess', plan: 'pro' }];
    await handle.refresh();
    expect(await handle.data()).toMatchObject({ name: 'Countess', plan: 'closed' });
    const publisher = await new Publisher(env).start({}, 'ViewingDeskWorkflow');
    await publisher.handle.subscribe(publisher.subscription(handle.workflowId, '*'));
    await publisher.update({ id, name: 'by another workflow' });
    await eventually(async () =>
      expect((await publisher.handle.subscriptions())[0]?.lastSentAt).toBeDefined(),
    );
    expect(await handle.rejectedSignals()).toMatchObject({ count: 0 });
  });

  it.each([
    ['scribble', 'plan'],
    ['meddle', 'is changed by beforeUpdate() or beforeDelete()'],
    ['ask', 'is changed by beforeUpdate() or beforeDelete()'],
  ])('only looks: what it changes itself is refused (%s)', async (value, reason) => {
    const { handle } = await env.loaded('GuardedWorkflow');
    await expect(handle.update(plan(value))).rejects.toThrow(reason);
    expect(await handle.data()).toMatchObject({ plan: 'pro' });
    await env.expectNeverWedged(handle.workflowId);
  });

  it('that waits refuses everything, and says why', async () => {
    const customer = await env.loaded('DreamingWorkflow');
    await expect(customer.handle.update(plan('free'))).rejects.toThrow('beforeUpdate: is asynchronous');
    await customer.handle.temporal.signal('update', plan('free'));
    await refused(customer, { reason: expect.stringContaining('beforeUpdate: is asynchronous') as string });
  });

  it.each<readonly [string, WorkflowName, WorkflowName, readonly string[]]>([
    // What was taken while there was no guard is taken still.
    ['has one since', 'CustomerWorkflow', 'GuardedWorkflow', ['closed', 'free', 'team']],
    ['has one no more', 'GuardedWorkflow', 'CustomerWorkflow', ['free', 'closed']],
    ['has one still', 'GuardedWorkflow', 'GuardedWorkflow', ['closed', 'free']],
  ])('a workflow whose class %s goes on', async (_, before, after, plans) => {
    const { handle } = await env.loaded(before);
    for (const value of plans) {
      await handle.temporal.signal('update', plan(value));
      await handle.refresh();
    }
    const [history] = (await historiesOf(env.client, handle.workflowId)) as [History];
    const type = history.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType;
    if (type) type.name = after;
    const codePath = inject('workflowBundle');
    for await (const { error } of Worker.runReplayHistories({ workflowBundle: { codePath } }, [
      { workflowId: handle.workflowId, history },
    ]))
      expect(error?.message).toBeUndefined();
  });
});
