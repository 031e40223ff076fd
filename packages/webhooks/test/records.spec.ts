import { randomUUID } from 'node:crypto';
import { StatefulClient } from '@stateful-workflow/core/client';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { WebhookRecord } from '../src/index';
import { type CrmEvent, event, eventually, TestEnvironment, told } from './support/environment';
import { type CustomerData, FedCustomerWorkflow } from './workflows';

describe('an event that carries the record', () => {
  let env: TestEnvironment;
  let customers: StatefulClient<CustomerData>;
  beforeAll(async () => {
    env = await TestEnvironment.start();
    customers = new StatefulClient(env.client, {
      workflow: FedCustomerWorkflow,
      taskQueue: env.taskQueue,
      entityName: 'Customer',
    });
  });
  afterEach(() => void vi.restoreAllMocks());
  afterAll(() => env.stop());

  /** Later than the workflows' own look by more than clocks differ, without a wait. */
  const LATER = 10_000;
  const begin = Date.now();

  async function customer(): Promise<string> {
    const id = `c_${randomUUID().slice(0, 8)}`;
    env.records.set(id, { name: 'of the source' });
    await customers.ensure({ id });
    return id;
  }

  /** A handler that delivers what it is told. */
  function delivering(records: Partial<WebhookRecord>[], options: object = {}) {
    const at = Date.now() + LATER;
    const { now } = Date;
    vi.spyOn(Date, 'now').mockImplementation(() => now() + 2 * LATER);
    const { handler, lines } = env.handler({
      workflow: FedCustomerWorkflow,
      entityName: 'Customer',
      gatherMs: 0,
      target({ body }: { body: CrmEvent }) {
        const { id } = body.data;
        const record = records.shift();
        return { id, ...(record && { record: { source: 'profile', data: { id }, version: at, ...record } }) };
      },
      ...options,
    });
    return { at, lines, send: async (id: string) => told(await handler(await event(id))) };
  }

  const loadsOf = (id: string): number => env.loads.filter((one) => one === id).length;
  const nameOf = async (id: string): Promise<string | undefined> => (await customers.get(id).data())?.name;

  it('is taken in, and nobody asks the source', async () => {
    const id = await customer();
    const { send } = delivering([{ data: { id, name: 'of the event' } }]);
    expect(await send(id)).toEqual({ status: 200, outcome: 'accepted' });
    await eventually(async () => expect(await nameOf(id)).toBe('of the event'));
    expect(loadsOf(id)).toBe(1);
    expect((await customers.get(id).sources())['profile']).toMatchObject({
      fedBy: 'CustomersFeed',
      delivered: { from: 'webhooks https://crm.example.com' },
    });
  });

  it('is ignored where an event before it was newer', async () => {
    const id = await customer();
    const records: Partial<WebhookRecord>[] = [];
    const { send, at } = delivering(records);
    records.push(
      { data: { id, name: 'new' }, version: at + 2 },
      { data: { id, name: 'old' }, version: at + 1 },
      { data: { id, name: 'newest' }, version: at + 3 },
    );
    await send(id);
    await eventually(async () => expect(await nameOf(id)).toBe('new'));
    await send(id);
    // A query is answered after the signals that came before it.
    expect(await nameOf(id)).toBe('new');
    await send(id);
    await eventually(async () => expect(await nameOf(id)).toBe('newest'));
    expect(loadsOf(id)).toBe(1);
  });

  it.each<[string, (id: string) => Partial<WebhookRecord>]>([
    ['older than the own look of the workflow', () => ({ version: begin })],
    ['of the future', () => ({ version: Date.now() + 10 * LATER })],
    ['of another entity', () => ({ data: { id: 'c_other', name: 'of another' } })],
    ['no record', () => ({ data: 'Ada' })],
    ['a record without an id', () => ({ data: { name: 'of nobody' } })],
  ])('has the source asked where it is %s', async (_, record) => {
    const id = await customer();
    const { send } = delivering([record(id)]);
    env.records.set(id, { name: 'true by now' });
    expect(await send(id)).toEqual({ status: 200, outcome: 'accepted' });
    await eventually(async () => expect(await nameOf(id)).toBe('true by now'));
    expect(loadsOf(id)).toBe(2);
  });

  it('starts a workflow that loads by itself', async () => {
    const id = `c_${randomUUID()}`;
    env.records.set(id, { name: 'of the source' });
    const record = { source: 'profile', data: { id, name: 'of the event' }, version: begin };
    const { send } = delivering([], { target: () => ({ id, record, start: {} }) });
    expect((await send(id)).outcome).toBe('accepted');
    await eventually(async () => expect(await nameOf(id)).toBe('of the source'));
  });

  it.each<[string, Partial<WebhookRecord>, object, RegExp]>([
    [
      'the type of the workflow alone',
      {},
      { workflow: 'FedCustomerWorkflow' },
      /workflow: is not what defineWorkflow/,
    ],
    ['a source that there is not', { source: 'orders' }, {}, /record\.source: is "orders", which no feed/],
    ['a version that is no time', { version: NaN }, {}, /record\.version: is not a time/],
  ])('fails with %s, which the application can correct', async (_, record, options, line) => {
    const id = await customer();
    const { send, lines } = delivering([record], options);
    expect(await send(id)).toEqual({ status: 500, outcome: 'failed' });
    expect(lines.join()).toMatch(line);
  });
});
