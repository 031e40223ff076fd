import { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultKind } from '../src/index';
import type { LoadFault } from '../src/workflow';
import { type TestCustomer, TestEnvironment } from './support/environment';
import { eventually, eventuallyEqual } from './support/eventually';
import { eventsOf, type HistoryEvent, textOf } from './support/history';
import { ScriptedFault } from './support/scripted-adapter';
import { CRM, ELSEWHERE, testSecrets, TOKENS } from './support/secrets';

describe('a load that fails', () => {
  const secrets = testSecrets();
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start({ secrets: [secrets] });
  });
  afterAll(() => env.stop());

  const statusOf = async ({ handle }: TestCustomer): Promise<string> => (await handle.status()).status;
  const faultsOf = ({ handle }: TestCustomer): Promise<LoadFault[]> => handle.temporal.query('faults');
  const errorOf = async ({ handle }: TestCustomer, source = 'profile') =>
    (await handle.sources())[source]?.lastError;
  const fail = (customer: TestCustomer, kind: FaultKind, times = 1, message?: string): void => {
    for (let i = 0; i < times; i++) customer.profile.faults.push(new ScriptedFault(kind, message));
  };
  const historyOf = async ({ handle }: TestCustomer): Promise<string> =>
    textOf(await eventsOf(env.client, handle.workflowId));
  const started = (events: readonly HistoryEvent[]) =>
    events.flatMap((event) => event.activityTaskStartedEventAttributes ?? []);

  describe('transient', () => {
    it('is retried by Temporal, and nobody hears of it', async () => {
      const customer = await env.loaded();
      fail(customer, 'transient');
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'unchanged' });
      expect(await faultsOf(customer)).toEqual([]);
      expect(await statusOf(customer)).toBe('running');
      const attempts = started(await eventsOf(env.client, customer.handle.workflowId));
      expect(attempts.map(({ attempt }) => attempt).toSorted()).toEqual([1, 1, 1, 2]);
      expect(attempts.find(({ attempt }) => attempt === 2)?.lastFailure).toMatchObject({
        message: 'Source "profile" (scripted): scripted transient',
        applicationFailureInfo: { type: 'fault.transient', nonRetryable: false },
      });
    });

    it('is degraded when its attempts are used up, keeps the last good state, and recovers', async () => {
      const customer = await env.loaded();
      fail(customer, 'transient', 2);
      const result = await customer.handle.refresh();
      expect(result).toMatchObject({ outcome: 'failed', errors: { profile: expect.any(String) } });
      expect(await statusOf(customer)).toBe('degraded');
      expect(await customer.handle.data()).toMatchObject({ name: 'Ada', plan: 'pro' });
      expect(await faultsOf(customer)).toEqual([
        { source: 'profile', kind: 'transient', message: 'Source "profile" (scripted): scripted transient' },
      ]);
      expect(await errorOf(customer)).toMatchObject({ kind: 'transient', failures: 1 });
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'unchanged' });
      expect(await statusOf(customer)).toBe('running');
      expect(await errorOf(customer)).toBeUndefined();
    });

    it('counts the failures in a row', async () => {
      const customer = await env.loaded();
      fail(customer, 'fatal', 2);
      await customer.handle.refresh();
      await customer.handle.refresh();
      expect(await errorOf(customer)).toMatchObject({ failures: 2 });
    });

    it('is tried again by itself, after a while', async () => {
      const customer = await env.loaded('PollingWorkflow');
      customer.profile.onLoad = () => {
        throw new ScriptedFault('fatal');
      };
      await eventuallyEqual(() => statusOf(customer), 'degraded');
      customer.profile.onLoad = () => {};
      await eventuallyEqual(() => statusOf(customer), 'running');
      const cycles = await customer.handle.temporal.query<{ triggers: string[] }[]>('cycles');
      expect(cycles.slice(1).flatMap(({ triggers }) => triggers)).toEqual(
        expect.arrayContaining([expect.stringMatching(/^(retry|interval)$/)]),
      );
      await customer.handle.complete();
    });

    it('of one source leaves the others alone', async () => {
      const customer = await env.loaded();
      fail(customer, 'fatal');
      customer.contacts.records = [{ id: 'k_1', name: 'Grace' }];
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'failed' });
      expect(await customer.handle.data()).toMatchObject({ name: 'Ada', contacts: [{ id: 'k_1' }] });
      expect(await errorOf(customer, 'contacts')).toBeUndefined();
    });

    it('keeps execute() waiting, which then sees everything that changed', async () => {
      const customer = await env.loaded();
      fail(customer, 'fatal');
      customer.contacts.records = [{ id: 'k_1', name: 'Grace' }];
      await customer.handle.refresh();
      expect(await customer.handle.temporal.query('cycles')).toHaveLength(1);
      expect((await customer.handle.pendingChanges()).deletes).toEqual([{ name: 'Contact', id: 'k_2' }]);
      await customer.handle.refresh();
      await eventually(async () =>
        expect(await customer.handle.temporal.query('cycles')).toEqual([
          expect.anything(),
          { triggers: ['refresh'], upserts: 1, deletes: 1 },
        ]),
      );
    });
  });

  it('throttled waits as long as the source asked, and loads', async () => {
    const customer = await env.loaded();
    customer.profile.faults.push(new ScriptedFault('throttled', 'too many requests', 2_500));
    const refresh = customer.handle.refresh();
    // The server says when it tries again: what the source asked for, and not the usual second.
    await eventually(async () => {
      const { raw } = await customer.handle.temporal.describe();
      const pending = raw.pendingActivities?.find(({ attempt }) => attempt === 2);
      expect(pending?.lastFailure?.applicationFailureInfo).toMatchObject({ type: 'fault.throttled' });
      const { lastAttemptCompleteTime: from, nextAttemptScheduleTime: to } = pending ?? {};
      const wait =
        (Number(to?.seconds) - Number(from?.seconds)) * 1_000 + ((to?.nanos ?? 0) - (from?.nanos ?? 0)) / 1e6;
      expect(wait).toBeGreaterThanOrEqual(2_400);
      expect(wait).toBeLessThan(3_600);
    });
    expect(await refresh).toMatchObject({ outcome: 'unchanged' });
  });

  it('throttled to the end is tried again when the source said', async () => {
    const customer = await env.loaded();
    for (let i = 0; i < 2; i++)
      customer.profile.faults.push(new ScriptedFault('throttled', 'too many requests', 1_000));
    const result = await customer.handle.refresh();
    expect(result.outcome).toBe('failed');
    expect(await faultsOf(customer)).toMatchObject([{ kind: 'throttled', retryAfterMs: 1_000 }]);
    const { at } = (await errorOf(customer)) ?? {};
    expect((await customer.handle.sources())['profile']).toHaveProperty('nextCheckAt');
    const next = (await customer.handle.sources())['profile']?.nextCheckAt;
    expect(Date.parse(String(next)) - Date.parse(String(at))).toBe(1_000);
    await eventuallyEqual(() => statusOf(customer), 'running');
    expect(await customer.handle.temporal.query('cycles')).toMatchObject([{}, { triggers: ['retry'] }]);
  });

  it('throttled for longer than a load may take is shown at once, with the time; refresh may try', async () => {
    const customer = await env.loaded();
    customer.profile.faults.push(new ScriptedFault('throttled', 'come back later', 3_600_000));
    expect(await customer.handle.refresh()).toMatchObject({ outcome: 'failed' });
    expect(await statusOf(customer)).toBe('degraded');
    const { at, kind, message } = (await errorOf(customer)) ?? {};
    expect([kind, message]).toEqual(['throttled', expect.stringContaining('come back later')]);
    const next = (await customer.handle.sources())['profile']?.nextCheckAt;
    expect(Date.parse(String(next)) - Date.parse(String(at))).toBe(3_600_000);
    const demanded: (number | undefined)[] = [];
    customer.profile.onLoad = ({ demandedAt }) => void demanded.push(demandedAt);
    expect(await customer.handle.refresh()).toMatchObject({ outcome: 'unchanged' });
    expect(demanded).toEqual([expect.any(Number)]);
    expect(await statusOf(customer)).toBe('running');
  });

  it('a load that nobody asked for does not demand anything, nor does a second attempt', async () => {
    const demanded: (number | undefined)[] = [];
    const customer = await env.loaded('CustomerWorkflow', { apiUrl: CRM, apiToken: 'secret:FIRST' });
    customer.profile.onLoad = ({ demandedAt }) => void demanded.push(demandedAt);
    await customer.handle.rotateToken('secret:SECOND');
    customer.profile.faults.push(new ScriptedFault('transient'));
    expect(await customer.handle.refresh()).toMatchObject({ outcome: 'unchanged' });
    expect(demanded).toEqual([undefined, expect.any(Number), undefined]);
  });

  it.each([Number.NaN, Infinity, -1, 1e18])('a wait of %d ms is no time, and harms nothing', async (wait) => {
    const customer = await env.loaded();
    customer.profile.faults.push(new ScriptedFault('throttled', 'odd', wait), new ScriptedFault('fatal'));
    expect(await customer.handle.refresh()).toMatchObject({ outcome: 'failed' });
    await env.expectNeverWedged(customer.handle.workflowId);
  });

  describe('a source that answers something else with status 200', () => {
    it.each<[string, (customer: TestCustomer) => readonly unknown[], RegExp]>([
      ['an error', () => [{ error: 'maintenance' }], /answers without the id of Customer/],
      ['nothing', () => [], /gives no record of Customer/],
    ])('is not taken for the root entity that had its id: %s', async (_, answer, message) => {
      const customer = await env.loaded();
      const { records } = customer.profile;
      customer.profile.records = answer(customer);
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'failed' });
      expect(await statusOf(customer)).toBe('degraded');
      expect(await errorOf(customer)).toMatchObject({
        kind: 'invalid',
        message: expect.stringMatching(message),
      });
      expect(await customer.handle.data()).toMatchObject({ id: customer.id, name: 'Ada' });
      customer.profile.records = records;
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'unchanged' });
    });

    it('is not believed that a list is empty with a credential that was just refused elsewhere', async () => {
      const customer = await env.loaded('CustomerWorkflow', { apiUrl: CRM, apiToken: 'secret:FIRST' });
      customer.profile.onLoad = () => {
        throw new ScriptedFault('unauthorized');
      };
      await customer.handle.refresh();
      customer.contacts.records = [];
      await customer.handle.refresh();
      expect((await customer.handle.data())?.contacts).toHaveLength(2);
      expect((await customer.handle.sources())['contacts']?.lastError).toMatchObject({
        kind: 'unauthorized',
        message: expect.stringContaining('the empty list is not believed'),
      });
      customer.profile.onLoad = () => {};
      await customer.handle.rotateToken('secret:SECOND');
      await eventually(async () => expect((await customer.handle.data())?.contacts).toEqual([]));
    });

    it('nor with one that is refused at the same time, whichever answers first', async () => {
      const customer = await env.loaded('CustomerWorkflow', { apiUrl: CRM, apiToken: 'secret:FIRST' });
      const completed = async (): Promise<number> =>
        (await eventsOf(env.client, customer.handle.workflowId)).filter(
          (event) => event.activityTaskCompletedEventAttributes != null,
        ).length;
      const before = await completed();
      customer.contacts.records = [];
      fail(customer, 'unauthorized');
      const gate = customer.profile.hold();
      const refreshed = customer.handle.refresh();
      await eventuallyEqual(completed, before + 1);
      gate.release();
      expect(await refreshed).toMatchObject({ outcome: 'failed' });
      expect((await customer.handle.data())?.contacts).toHaveLength(2);
      expect(await errorOf(customer, 'contacts')).toMatchObject({
        kind: 'unauthorized',
        message: expect.stringContaining('the empty list is not believed'),
      });
      // Believed again as soon as nobody refuses it.
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'changed' });
      expect((await customer.handle.data())?.contacts).toEqual([]);
    });
  });

  describe('unauthorized', () => {
    const refused = async (): Promise<TestCustomer> => {
      const customer = await env.loaded('CustomerWorkflow', { apiUrl: CRM, apiToken: 'secret:FIRST' });
      customer.profile.onLoad = async (ctx) => {
        const credential = await ctx.credential(CRM);
        if (credential?.secret.reveal() === TOKENS.FIRST)
          throw new ScriptedFault('unauthorized', '401 Unauthorized');
      };
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'failed' });
      return customer;
    };

    it('is not retried; the last good state stays', async () => {
      const customer = await refused();
      expect(await statusOf(customer)).toBe('unauthorized');
      expect(await customer.handle.data()).toMatchObject({ name: 'Ada' });
      expect(await errorOf(customer)).toMatchObject({
        kind: 'unauthorized',
        message: 'Source "profile" (scripted): 401 Unauthorized',
      });
      const attempts = started(await eventsOf(env.client, customer.handle.workflowId));
      expect(attempts.every(({ attempt }) => attempt === 1)).toBe(true);
    });

    it('recovers at once on a new token by signal', async () => {
      const customer = await refused();
      await customer.handle.temporal.signal('apiToken', 'secret:SECOND');
      await eventuallyEqual(() => statusOf(customer), 'running');
      expect(customer.profile.looks.at(-1)?.token).toBe(TOKENS.SECOND);
    });

    it('recovers at once on rotateToken', async () => {
      const customer = await refused();
      expect(await customer.handle.rotateToken('secret:SECOND')).toMatchObject({ outcome: 'unchanged' });
      expect(await statusOf(customer)).toBe('running');
    });

    it('recovers when the secret was rotated in its store, without a signal', async () => {
      secrets.values.set('STORED', 'stored-token-old');
      const customer = await env.loaded('PollingWorkflow', { apiUrl: CRM, apiToken: 'secret:STORED' });
      customer.profile.onLoad = async (ctx) => {
        const credential = await ctx.credential(CRM);
        if (credential?.secret.reveal() === 'stored-token-old') throw new ScriptedFault('unauthorized');
      };
      await eventuallyEqual(() => statusOf(customer), 'unauthorized');
      secrets.values.set('STORED', 'stored-token-new');
      await eventuallyEqual(() => statusOf(customer), 'running');
      await customer.handle.complete();
    });

    it('does not send a refused credential again at once', async () => {
      const customer = await env.loaded('PollingWorkflow', { apiUrl: CRM, apiToken: 'secret:FIRST' });
      fail(customer, 'unauthorized');
      await eventuallyEqual(() => statusOf(customer), 'unauthorized');
      const sent = customer.profile.looks.length;
      await eventually(async () =>
        expect(await errorOf(customer)).toMatchObject({
          failures: 2,
          message: expect.stringContaining('was refused before, so it is not sent again'),
        }),
      );
      expect(customer.profile.looks).toHaveLength(sent);
      // A person who asks gets another try with it.
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'unchanged' });
      await customer.handle.complete();
    });

    it('sends it again by itself after a while: a 401 in a deploy is not for ever', async () => {
      const customer = await env.loaded('PollingWorkflow', { apiUrl: CRM, apiToken: 'secret:FIRST' });
      fail(customer, 'unauthorized');
      await eventuallyEqual(() => statusOf(customer), 'unauthorized');
      await eventuallyEqual(() => statusOf(customer), 'running');
      expect(customer.profile.looks.at(-1)?.token).toBe(TOKENS.FIRST);
      await customer.handle.complete();
    });
  });

  it.each(['invalid', 'gone', 'fatal'] as const)(
    '%s is not retried; it is degraded and recovers at the next trigger',
    async (kind) => {
      const customer = await env.loaded();
      fail(customer, kind);
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'failed' });
      expect(await statusOf(customer)).toBe('degraded');
      expect(await errorOf(customer)).toMatchObject({ kind });
      expect(await customer.handle.data()).toMatchObject({ name: 'Ada' });
      const events = await eventsOf(env.client, customer.handle.workflowId);
      const failures = events.flatMap((event) => event.activityTaskFailedEventAttributes ?? []);
      expect(failures).toMatchObject([
        { failure: { applicationFailureInfo: { type: `fault.${kind}`, nonRetryable: true } } },
      ]);
      await customer.handle.temporal.signal('update', { entityName: 'Customer', data: { plan: 'free' } });
      await customer.handle.temporal.signal('refresh');
      await eventuallyEqual(() => statusOf(customer), 'running');
    },
  );

  it('fails the first load without ending the workflow', async () => {
    const customer = env.customer();
    fail(customer, 'fatal');
    const { result } = await env.workflows().ensure({ id: customer.id });
    expect(result.outcome).toBe('failed');
    expect(await customer.handle.temporal.query('cycles')).toEqual([]);
    expect(await customer.handle.refresh()).toMatchObject({ outcome: 'changed' });
    await eventually(async () => expect(await customer.handle.temporal.query('cycles')).toHaveLength(1));
  });

  it('ends the workflow when onLoadError throws an ApplicationFailure', async () => {
    const customer = env.customer('StrictWorkflow');
    fail(customer, 'gone');
    await env.workflows('StrictWorkflow').start({ id: customer.id });
    const error = await customer.handle.result().catch((reason: unknown) => reason as WorkflowFailedError);
    expect(error).toBeInstanceOf(WorkflowFailedError);
    expect((error as WorkflowFailedError).cause).toMatchObject({
      type: 'GAVE_UP',
      message: 'gave up on profile',
    });
    await env.expectNeverWedged(customer.handle.workflowId);
  });

  describe('because of what was written', () => {
    it('an adapter that no worker has', async () => {
      const customer = await env.loaded('UnregisteredWorkflow');
      expect(await statusOf(customer)).toBe('degraded');
      expect(await errorOf(customer, 'contacts')).toMatchObject({
        kind: 'invalid',
        message:
          'Source "contacts" names the adapter "nowhere", which this worker does not have; registered: scripted. ' +
          'Install @stateful-workflow/adapter-nowhere and add its adapter to createRegistry([…]) on the worker.',
      });
      expect(await customer.handle.data()).toMatchObject({ name: 'Ada' });
    });

    it("a query that does not fit the adapter's schema", async () => {
      const customer = await env.loaded('MisconfiguredWorkflow');
      expect(await statusOf(customer)).toBe('degraded');
      expect(await errorOf(customer, 'contacts')).toMatchObject({
        kind: 'invalid',
        message:
          'Source "contacts" (scripted): query: does not fit the adapter "scripted" (key: no source of that key). ' +
          "Correct the source's definition in the workflow.",
      });
    });

    it.each([
      [{ name: 'nobody' }, 'record 1: has no usable id in "id"'],
      ['a text', 'record 1: is a string, not an object'],
      [{ id: '' }, 'record 1: has no usable id in "id"'],
      [null, 'record 1: is null, not an object'],
    ])('a record that cannot be taken in: %j', async (record, reason) => {
      const customer = await env.loaded();
      customer.contacts.records = [{ id: 'k_1', name: 'New' }, record];
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'failed' });
      expect(await errorOf(customer, 'contacts')).toMatchObject({ kind: 'invalid' });
      expect((await errorOf(customer, 'contacts'))?.message).toContain(reason);
      // All of a load is taken in, or nothing.
      expect((await customer.handle.state())['Contact']).toMatchObject({ k_1: { name: 'Grace' } });
    });

    it('several records for the root entity', async () => {
      const customer = await env.loaded();
      customer.profile.records = [{ name: 'One' }, { name: 'Two' }];
      await customer.handle.refresh();
      expect((await errorOf(customer))?.message).toContain(
        'the source gave several records for the one Customer',
      );
    });
  });

  describe('because of its credential', () => {
    it('a secret that no provider has', async () => {
      const customer = await env.loaded('CustomerWorkflow', { apiUrl: CRM, apiToken: 'secret:MISSING' });
      expect(await statusOf(customer)).toBe('unauthorized');
      expect((await errorOf(customer))?.message).toContain(
        'secret:MISSING was not found (asked: test). Set it on the worker and list it in its provider',
      );
      expect(await customer.handle.rotateToken('secret:FIRST')).toMatchObject({ outcome: 'changed' });
    });

    it('a worker without providers', async () => {
      const bare = await TestEnvironment.start();
      try {
        const customer = await bare.loaded('CustomerWorkflow', { apiUrl: CRM, apiToken: 'secret:FIRST' });
        expect((await errorOf(customer))?.message).toContain('this worker has no secret providers');
      } finally {
        await bare.stop();
      }
    });

    it('a secret that is not bound to the origin, which a changed apiUrl therefore cannot carry away', async () => {
      const customer = await env.loaded('CustomerWorkflow', { apiUrl: CRM, apiToken: 'secret:FIRST' });
      const sent = customer.profile.looks.length;
      await customer.handle.setApiUrl(ELSEWHERE);
      await eventuallyEqual(() => statusOf(customer), 'unauthorized');
      expect((await errorOf(customer))?.message).toContain(
        `secret:FIRST is not bound to ${ELSEWHERE}, so it is not sent there`,
      );
      expect(customer.profile.looks).toHaveLength(sent);
      await customer.handle.setApiUrl(CRM);
      await eventuallyEqual(() => statusOf(customer), 'running');
    });

    it('a secret that is not for this workflow type', async () => {
      const customer = await env.loaded('CustomerWorkflow', { apiUrl: CRM, apiToken: 'secret:TICKETS' });
      expect(await statusOf(customer)).toBe('unauthorized');
      expect((await errorOf(customer))?.message).toContain(
        'secret:TICKETS may not be used by workflow type CustomerWorkflow',
      );
      expect(customer.profile.looks).toEqual([]);
    });
  });

  it.each([
    ['as it is', (token: string) => token],
    ['in base64', (token: string) => Buffer.from(token).toString('base64')],
    ['in a URL', (token: string) => `https://u:${token}@crm.example.com/x?key=${token}`],
  ])('never shows the token that an adapter put into its error %s', async (_, write) => {
    const customer = await env.loaded('CustomerWorkflow', { apiUrl: CRM, apiToken: 'secret:FIRST' });
    customer.profile.onLoad = async (ctx) => {
      const { secret } = (await ctx.credential(CRM)) ?? {};
      throw new ScriptedFault('fatal', `refused: ${write(secret?.reveal() ?? '')}`);
    };
    const result = await customer.handle.refresh();
    const message = (await errorOf(customer))?.message ?? '';
    expect(message).toContain('[secret]');
    const history = await historyOf(customer);
    expect(history).toContain('[secret]');
    const seen = [message, JSON.stringify(result), JSON.stringify(await customer.handle.sources()), history];
    for (const form of [TOKENS.FIRST, Buffer.from(TOKENS.FIRST).toString('base64')])
      expect(seen.map((text) => text.includes(form))).toEqual([false, false, false, false]);
  });

  it('carries no cause across the activity boundary', async () => {
    const customer = await env.loaded('CustomerWorkflow', { apiUrl: CRM, apiToken: 'secret:FIRST' });
    customer.profile.faults.push(new Error('failed', { cause: new Error(`with ${TOKENS.FIRST}`) }));
    await customer.handle.refresh();
    expect((await historyOf(customer)).includes(TOKENS.FIRST)).toBe(false);
  });

  it('an adapter whose classify() throws counts as fatal, and shows nothing', async () => {
    const customer = await env.loaded('CustomerWorkflow', { apiUrl: CRM, apiToken: 'secret:FIRST' });
    customer.profile.onLoad = async (ctx) => {
      const token = (await ctx.credential(CRM))?.secret.reveal();
      throw Object.defineProperty(new Error(), 'message', {
        get: () => {
          throw new Error(`classify failed on ${token}`);
        },
      });
    };
    expect(await customer.handle.refresh()).toMatchObject({ outcome: 'failed' });
    expect(await errorOf(customer)).toMatchObject({ kind: 'fatal' });
    expect((await historyOf(customer)).includes(TOKENS.FIRST)).toBe(false);
  });
});
