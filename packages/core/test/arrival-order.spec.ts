import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TestEnvironment } from './support/environment';
import { historiesOf } from './support/history';

type Sent = readonly [signal: string, payload?: unknown];

const plan = (value: string): Sent => ['update', { entityName: 'Customer', data: { plan: value } }];
const contacts = (...ids: string[]): { contacts: { id: string; name: string }[] } => ({
  contacts: ids.map((id) => ({ id, name: id })),
});

/** Signals that end otherwise in any other order: what they begin with, what is sent, what is right. */
const CASES: Readonly<Record<string, { start?: object; sent: Sent[]; query: string; right: unknown }>> = {
  'resume, pause': {
    start: { status: 'paused' },
    sent: [['resume'], ['pause']],
    query: 'status',
    right: 'paused',
  },
  'pause, resume': { sent: [['pause'], ['resume']], query: 'status', right: 'running' },
  'delete, update': {
    start: { data: contacts('k_9') },
    sent: [
      ['delete', { entityName: 'Contact', deletions: { Contact: ['k_9'] } }],
      ['update', { entityName: 'Contact', data: { id: 'k_9', name: 'back' } }],
    ],
    query: 'state',
    right: expect.objectContaining({ Contact: { k_9: { id: 'k_9', name: 'back' } } }),
  },
  'data, update': {
    sent: [
      ['data', contacts('k_1')],
      ['update', { entityName: 'Customer', data: contacts('k_1', 'k_2') }],
    ],
    query: 'data',
    right: expect.objectContaining(contacts('k_1', 'k_2')),
  },
  'update, data, update': {
    sent: [plan('a'), ['data', { plan: 'b' }], plan('c')],
    query: 'data',
    right: expect.objectContaining({ plan: 'c' }),
  },
  'subscribe, unsubscribe': {
    sent: [
      ['unsubscribe', { workflowId: 'w', subscriptionId: 's' }],
      ['subscribe', { workflowId: 'w', subscriptionId: 's', signalName: 'delete', selector: '*' }],
    ],
    query: 'subscriptions',
    right: [expect.objectContaining({ workflowId: 'w' })],
  },
  "the class's own signals between": {
    sent: [['first', '1'], plan('a'), ['second', '2'], plan('b'), ['first', '3'], plan('c')],
    query: 'notes',
    right: ['1: no plan', '2: a', '3: b'],
  },
};

describe('signals that wait for a run to begin are handled in the order of arrival', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start({ started: false });
  });
  afterEach(() => env.stopWorkers());
  afterAll(() => env.stop());

  const start = async (given: object = {}): Promise<WorkflowHandle> => {
    const id = `c_${randomUUID().slice(0, 8)}`;
    return env.startRaw({ id, entityName: 'Customer', ...given }, 'ToldWorkflow', `Customer-${id}`);
  };
  const send = async (handle: WorkflowHandle, sent: readonly Sent[]): Promise<void> => {
    for (const [name, ...payload] of sent) await handle.signal(name, ...payload);
  };

  it.each(Object.entries(CASES))(
    '%s, sent before the first task',
    async (_, { start: given, sent, query, right }) => {
      const handle = await start(given);
      await send(handle, sent);
      await env.startWorker();
      expect(await handle.query(query)).toEqual(right);
      await env.expectNeverWedged(handle.workflowId);
    },
  );

  it.each(Object.entries(CASES))(
    '%s, sent to a run that goes on',
    async (_, { start: given, sent, query, right }) => {
      await env.startWorker();
      const handle = await start(given);
      await handle.query('status');
      await send(handle, sent);
      expect(await handle.query(query)).toEqual(right);
    },
  );

  it('an update of the class comes after the signals that were there before it', async () => {
    const handle = await start();
    await send(handle, [plan('a'), ['first', '1'], plan('b')]);
    const noted = handle.executeUpdate<string, [string]>('note', { args: ['2'] });
    await env.startWorker();
    expect(await noted).toBe('2: b');
    expect(await handle.query('notes')).toEqual(['1: a', '2: b']);
  });

  it('so are those that wait for a run after continue-as-new', async () => {
    await env.startWorker();
    const id = `c_${randomUUID().slice(0, 8)}`;
    const handle = await env.startRaw(
      { id, entityName: 'Customer' },
      'RestlessToldWorkflow',
      `Customer-${id}`,
    );
    // Without a pause, so that some come while one run ends and the next has not begun.
    await Promise.all(
      Array.from({ length: 10 }, async (_, line) => {
        for (let i = 0; i < 10; i++) {
          const at = `k_${line}_${i}`;
          await handle.signal('update', { entityName: 'Contact', data: { id: at, name: 'first' } });
          await handle.signal('delete', { entityName: 'Contact', deletions: { Contact: [at] } });
          await handle.signal('update', { entityName: 'Contact', data: { id: at, name: 'last' } });
        }
      }),
    );
    const { Contact = {} } = await handle.query<Record<string, Record<string, { name: string }>>>('state');
    expect(Object.keys(Contact)).toHaveLength(100);
    expect(Object.values(Contact).filter(({ name }) => name !== 'last')).toEqual([]);
    expect((await historiesOf(env.client, handle.workflowId)).length).toBeGreaterThan(1);
    await env.expectNeverWedged(handle.workflowId);
  });
});
