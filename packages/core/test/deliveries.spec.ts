import { Worker } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Delivery } from '../src/contract/delivery';
import type { SourceInfo } from '../src/index';
import { type TestCustomer, TestEnvironment } from './support/environment';
import { eventually } from './support/eventually';
import { historiesOf } from './support/history';
import type { SeenCycle } from './workflows';

let env: TestEnvironment;
beforeAll(async () => {
  env = await TestEnvironment.start();
});
afterAll(() => env.stop());

const EPOCH = Date.now();
/** So far after now that no look of a workflow is as new. Milliseconds. */
const LATER = 10 * 60_000;

/** A delivery of a customer's profile. */
const delivery = (id: string, name: string, position: number, over: Partial<Delivery> = {}): Delivery => ({
  entity: { name: 'Customer', id },
  source: 'profile',
  feed: 'CustomersFeed',
  from: 'CustomersFeed-all',
  epoch: EPOCH,
  position: EPOCH + position,
  entities: { Customer: { [id]: { id, name } } },
  digest: `digest of ${name}`,
  ...over,
});

const send = ({ handle }: TestCustomer, payload: unknown): Promise<void> =>
  handle.temporal.signal('feed', payload);
const nameOf = async ({ handle }: TestCustomer): Promise<string | undefined> => (await handle.data())?.name;
const seen = async ({ handle }: TestCustomer): Promise<readonly SeenCycle[]> =>
  handle.temporal.query<readonly SeenCycle[]>('cycles');
const profileOf = async ({ handle }: TestCustomer): Promise<SourceInfo | undefined> =>
  (await handle.temporal.query<Record<string, SourceInfo>>('sources'))['profile'];

/** A workflow that was started by a delivery. */
async function delivered(workflow: 'FedWorkflow' | 'WhollyFedWorkflow', name = 'Ada'): Promise<TestCustomer> {
  const customer = env.customer(workflow, `f_${randomUUID().slice(0, 8)}`);
  await env.client.workflow.signalWithStart(workflow, {
    taskQueue: env.taskQueue,
    workflowId: customer.handle.workflowId,
    args: [{ id: customer.id, entityName: 'Customer' }],
    signal: 'feed',
    signalArgs: [delivery(customer.id, name, 0)],
  });
  await eventually(async () => expect(await nameOf(customer)).toBe(name));
  return customer;
}

describe('a source that a feed brings', () => {
  it('is loaded by the workflow itself as it starts', async () => {
    const customer = await env.loaded('FedWorkflow');
    expect(customer.profile.looks).toHaveLength(1);
    expect(await nameOf(customer)).toBe('Ada');
  });

  it('is not where a delivery starts the workflow, which counts as its load', async () => {
    const customer = await delivered('FedWorkflow', 'Grace');
    await eventually(async () => expect(await seen(customer)).toHaveLength(1));
    expect(await seen(customer)).toEqual([{ triggers: ['start', 'news'], upserts: 3, deletes: 0 }]);
    expect(customer.profile.looks).toHaveLength(0);
    expect(customer.contacts.looks).toHaveLength(1);
    expect(await profileOf(customer)).toMatchObject({ lastOutcome: 'snapshot', fedBy: 'CustomersFeed' });
    const { handle, id } = customer;
    expect(await handle.temporal.query('provenance', 'Customer', id)).toMatchObject([
      { source: 'profile' },
      { source: 'contacts' },
    ]);
  });

  it('is neither watched nor polled, and other triggers leave it alone', async () => {
    const customer = await delivered('WhollyFedWorkflow');
    const { handle, id } = customer;
    await handle.temporal.signal('update', { entityName: 'Customer', data: { id, plan: 'pro' } });
    await handle.pause();
    await handle.resume();
    await eventually(async () => expect((await seen(customer)).at(-1)?.triggers).toContain('resume'));
    expect(customer.profile.looks).toHaveLength(0);
    const [history] = await historiesOf(env.client, handle.workflowId);
    const events = history?.events ?? [];
    expect(events.filter((event) => event.activityTaskScheduledEventAttributes)).toEqual([]);
  });

  it('is loaded by the workflow itself when somebody asks for it', async () => {
    const customer = await delivered('FedWorkflow');
    customer.profile.records = [{ id: customer.id, name: 'Barbara' }];
    await customer.handle.refresh();
    expect(await nameOf(customer)).toBe('Barbara');
    expect(customer.profile.looks).toHaveLength(1);
  });

  it('merges three ways: what was written here stays until the feed says something else of it', async () => {
    const customer = await delivered('FedWorkflow');
    const { handle, id } = customer;
    await handle.update({ entityName: 'Customer', data: { id, name: 'written' } });
    const entities = { Customer: { [id]: { id, name: 'Ada', plan: 'pro' } } };
    await send(customer, delivery(id, 'Ada', 1, { entities, digest: 'with a plan' }));
    await eventually(async () => expect(await handle.data()).toMatchObject({ name: 'written', plan: 'pro' }));
    await send(customer, delivery(id, 'Barbara', 2));
    await eventually(async () => expect(await nameOf(customer)).toBe('Barbara'));
    expect(await handle.data()).not.toHaveProperty('plan');
  });

  it('ignores what is not newer than what it has, and takes a new epoch', async () => {
    const customer = await delivered('FedWorkflow');
    const { id } = customer;
    await send(customer, delivery(id, 'second', 20));
    await eventually(async () => expect(await nameOf(customer)).toBe('second'));
    await eventually(async () => expect(await seen(customer)).toHaveLength(2));
    await send(customer, delivery(id, 'late', 10));
    await send(customer, delivery(id, 'the same position', 20));
    await send(customer, delivery(id, 'an old epoch', 30, { epoch: EPOCH - 1 }));
    await send(customer, delivery(id, 'gone, late', 15, { entities: undefined, gone: 'complete' }));
    await send(customer, delivery(id, 'another epoch', 5, { epoch: EPOCH + 1 }));
    await eventually(async () => expect(await nameOf(customer)).toBe('another epoch'));
    await eventually(async () => expect(await seen(customer)).toHaveLength(3));
    await send(customer, delivery(id, 'of the old epoch', 99));
    await send(customer, delivery(id, 'last', 6, { epoch: EPOCH + 1 }));
    await eventually(async () => expect(await nameOf(customer)).toBe('last'));
    expect(await customer.handle.rejectedSignals()).toMatchObject({ count: 0 });
  });

  it('takes of several feeds what was asked for last, and believes the one that has it of its end', async () => {
    const customer = await delivered('FedWorkflow');
    const { id, handle } = customer;
    await send(customer, delivery(id, 'of the other', 50, { from: 'CustomersFeed-eu', epoch: EPOCH - 5 }));
    await eventually(async () => expect(await nameOf(customer)).toBe('of the other'));
    await send(customer, delivery(id, 'asked for before', 40));
    await send(customer, delivery(id, '', 60, { entities: undefined, gone: 'complete' }));
    await send(customer, delivery(id, 'asked for after', 70));
    await eventually(async () => expect(await nameOf(customer)).toBe('asked for after'));
    await send(customer, delivery(id, '', 80, { entities: undefined, gone: 'cancel' }));
    await expect(handle.temporal.result()).rejects.toThrow('Workflow execution cancelled');
  });

  it('asks the source itself where nobody knows which of two looks was the newer', async () => {
    const customer = await env.loaded('FedWorkflow');
    const { id, profile } = customer;
    profile.records = [{ id, name: 'the truth' }];
    // Read before the workflow looked, and delivered after.
    await send(customer, delivery(id, 'an old name', -LATER));
    await eventually(async () => expect(await nameOf(customer)).toBe('the truth'));
    expect(profile.looks).toHaveLength(2);
    await send(customer, delivery(id, 'newer', LATER));
    await eventually(async () => expect(await nameOf(customer)).toBe('newer'));
    expect(profile.looks).toHaveLength(2);
  });

  it('asks the source where a feed says something else than a webhook of about the same time', async () => {
    const customer = await delivered('FedWorkflow');
    const { id, profile } = customer;
    const webhook = { from: 'webhooks https://crm.example.com', epoch: 0 };
    await send(customer, delivery(id, 'of the event', LATER, webhook));
    await eventually(async () => expect(await nameOf(customer)).toBe('of the event'));
    // The same says nothing new, and what is clearly older nothing at all.
    await send(customer, delivery(id, 'of the event', LATER - 400));
    await send(customer, delivery(id, 'old', LATER - 5_000));
    expect(await nameOf(customer)).toBe('of the event');
    expect(profile.looks).toHaveLength(0);
    // Changed again within the moment, and by a clock that is a little behind.
    profile.records = [{ id, name: 'the truth' }];
    await send(customer, delivery(id, 'the truth', LATER - 300));
    await eventually(async () => expect(await nameOf(customer)).toBe('the truth'));
    expect(profile.looks).toHaveLength(1);
    await send(customer, delivery(id, 'newest', 2 * LATER, webhook));
    await eventually(async () => expect(await nameOf(customer)).toBe('newest'));
    expect(profile.looks).toHaveLength(1);
  });

  it('believes the feed that the entity is gone, although a webhook told of it last', async () => {
    const customer = await delivered('FedWorkflow');
    const { id, handle } = customer;
    const webhook = { from: 'webhooks https://crm.example.com', epoch: 0 };
    await send(customer, delivery(id, 'of the event', LATER, webhook));
    await eventually(async () => expect(await nameOf(customer)).toBe('of the event'));
    await send(
      customer,
      delivery(id, '', 2 * LATER, { entities: undefined, digest: undefined, gone: 'complete' }),
    );
    await eventually(async () => expect((await handle.temporal.describe()).status.name).toBe('COMPLETED'));
  });

  it('takes what comes while it looks itself after that look, and loses nothing of it', async () => {
    const customer = await delivered('FedWorkflow');
    const { id, handle, profile } = customer;
    profile.records = [{ id, name: 'what it looked up' }];
    const gate = profile.hold();
    await handle.temporal.signal('refresh');
    await gate.reached;
    await send(customer, delivery(id, 'delivered meanwhile', LATER));
    gate.release();
    await eventually(async () => expect(await nameOf(customer)).toBe('delivered meanwhile'));
    await handle.refresh();
    expect(await nameOf(customer)).toBe('what it looked up');
  });

  it('recognizes equal content by its digest, without a cycle', async () => {
    const customer = await delivered('FedWorkflow');
    const { id } = customer;
    await eventually(async () => expect(await seen(customer)).toHaveLength(1));
    await send(customer, delivery(id, 'Ada', 10));
    await eventually(async () =>
      expect((await profileOf(customer))?.delivered?.at).toBe(new Date(EPOCH + 10).toISOString()),
    );
    expect(await seen(customer)).toHaveLength(1);
  });

  it('completes the workflow of what is gone, and tells it where it is to be told', async () => {
    const told = await delivered('FedWorkflow');
    const gone = { entities: undefined, digest: undefined };
    await send(told, delivery(told.id, '', 1, { ...gone, gone: 'tell' }));
    await eventually(async () => expect(await told.handle.temporal.query('status')).toBe('degraded'));
    await eventually(async () => expect(await told.handle.temporal.query('faults')).not.toEqual([]));
    expect(await told.handle.temporal.query('faults')).toMatchObject([{ source: 'profile', kind: 'gone' }]);
    expect(await nameOf(told)).toBe('Ada');
    await send(told, delivery(told.id, 'Ada', 2));
    await eventually(async () => expect(await told.handle.temporal.query('status')).toBe('running'));
    expect(told.profile.looks).toHaveLength(0);
    await send(told, delivery(told.id, '', 3, { ...gone, gone: 'complete' }));
    expect(await told.handle.temporal.result()).toMatchObject({ id: told.id, name: 'Ada' });
  });

  it('keeps what comes while it is paused, over a continue-as-new', async () => {
    const customer = await delivered('FedWorkflow');
    const { id, handle } = customer;
    const run = (await handle.temporal.describe()).runId;
    await handle.pause();
    await send(customer, delivery(id, 'meanwhile', 1));
    await handle.temporal.signal('roll');
    await eventually(async () => expect((await handle.temporal.describe()).runId).not.toBe(run));
    await send(customer, delivery(id, 'earlier', 0));
    expect(await nameOf(customer)).toBe('Ada');
    await handle.resume();
    await eventually(async () => expect(await nameOf(customer)).toBe('meanwhile'));
    // What it has it still knows.
    await send(customer, delivery(id, 'late', 1));
    await send(customer, delivery(id, 'last', 2));
    await eventually(async () => expect(await nameOf(customer)).toBe('last'));
    expect(customer.profile.looks).toHaveLength(0);
    await env.expectNeverWedged(handle.workflowId);
    const histories = await historiesOf(env.client, handle.workflowId);
    const replayed = Worker.runReplayHistories(
      { workflowBundle: { codePath: inject('workflowBundle') } },
      histories.map((history) => ({ workflowId: handle.workflowId, history })),
    );
    for await (const { error } of replayed) expect(error?.message).toBeUndefined();
  });

  it('refuses what it cannot take in, and names the field', async () => {
    const customer = await delivered('FedWorkflow');
    const { id, handle } = customer;
    const right = delivery(id, 'refused', LATER);
    const wrong: readonly [unknown, string][] = [
      ['text', 'feed: is not an object'],
      [{ ...right, entity: { name: 'Customer', id: 'another' } }, 'entity: is Customer another'],
      [{ ...right, source: 'contact' }, 'source: names "contact", which is not a source'],
      [{ ...right, source: 'contacts' }, 'feed: is "CustomersFeed", and source "contacts" is fed by none'],
      [
        { ...right, feed: 'OrdersFeed' },
        'feed: is "OrdersFeed", and source "profile" is fed by "CustomersFeed"',
      ],
      [{ ...right, entities: { Order: { o_1: {} } } }, 'entities.Order: is not in the schema'],
      [{ ...right, entities: { Contact: {} } }, `entities: has nothing of Customer ${id}`],
      [{ ...right, entities: undefined }, 'entities: is missing, and so is gone'],
      [{ ...right, position: 'now' }, 'position: is not a time'],
      [{ ...right, gone: 'maybe' }, 'gone: is not one of'],
    ];
    for (const [payload] of wrong) await send(customer, payload);
    const { recent } = await eventually(async () => {
      const report = await handle.rejectedSignals();
      expect(report.count).toBe(wrong.length);
      return report;
    });
    expect(recent.map(({ reason }) => reason)).toEqual(
      wrong.map(([, reason]): unknown => expect.stringContaining(reason)),
    );
    expect(await nameOf(customer)).toBe('Ada');
    await env.expectNeverWedged(handle.workflowId);
  });
});
