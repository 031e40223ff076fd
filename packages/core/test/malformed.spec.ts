import { WorkflowFailedError, type WorkflowHandle, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RejectedSignals } from '../src/index';
import { type TestCustomer, TestEnvironment } from './support/environment';
import { DROPPED, SIGNALS, STARTS, UPDATE_CALLS } from './support/malformed';
import { CANARY, type Malformed } from './support/malformed-values';
import { eventsOf } from './support/history';
import { CRM, testSecrets } from './support/secrets';

/** Every query of the wire contract. */
const QUERIES = [
  'id',
  'entityName',
  'state',
  'data',
  'status',
  'pendingChanges',
  'apiUrl',
  'apiToken',
  'sources',
  'children',
  'managedPaths',
  'subscriptions',
  'rejectedSignals',
] as const;

/** Asks one after the other: the server turns parallel queries away, and the client tries again much later. */
async function askAll(handle: WorkflowHandle, queries: readonly string[]): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const query of queries) answers.push(await handle.query(query));
  return answers;
}

const argsOf = ({ payload, envelope }: Malformed): unknown[] => {
  if (envelope !== undefined) return [payload, envelope];
  return payload === undefined ? [] : [payload];
};

describe('malformed input', () => {
  let env: TestEnvironment;
  /** The one workflow that all of it goes to. */
  let customer: TestCustomer;
  beforeAll(async () => {
    env = await TestEnvironment.start({ secrets: [testSecrets()] });
    customer = await env.loaded('CustomerWorkflow', { apiUrl: CRM, apiToken: 'secret:FIRST' });
  });
  afterAll(() => env.stop());

  const ask = <T>(query: string): Promise<T> => customer.handle.temporal.query<T>(query);
  /** Everything that may not change, by query. */
  const held = (): Promise<unknown[]> =>
    askAll(customer.handle.temporal, [
      'state',
      'apiUrl',
      'apiToken',
      'status',
      'pendingChanges',
      'children',
      'subscriptions',
      'cycles',
    ]);
  /** Everything a person can see of the workflow. */
  const visible = async (): Promise<string> =>
    JSON.stringify(await askAll(customer.handle.temporal, [...QUERIES, '__temporal_workflow_metadata']));

  /** What each group of cases must leave as it was, looked at once for all of them. */
  const leavesNothing = (): void => {
    let before: unknown[];
    beforeAll(async () => {
      before = await held();
    });
    it('leaves nothing behind', async () => {
      expect(await held()).toEqual(before);
      expect((await visible()).includes(CANARY)).toBe(false);
      await env.expectNeverWedged(customer.handle.workflowId);
    });
  };

  for (const [signal, cases] of SIGNALS) {
    describe(`signal ${signal.slice(0, 20)}`, () => {
      let before = 0;
      beforeAll(async () => {
        before = (await ask<RejectedSignals>('rejectedSignals')).count;
      });

      it.each(cases.map((given) => [given.what, given] as const))('%s', async (_, given) => {
        await customer.handle.temporal.signal(signal, ...argsOf(given));
        const report = await ask<RejectedSignals>('rejectedSignals');
        expect(report.count).toBe(++before);
        expect(report.recent.length).toBe(Math.min(report.count, 20));
        const { reason, at, signal: named } = report.recent.at(-1) ?? {};
        expect(named).toBe(signal.slice(0, 200));
        expect(reason?.startsWith(`${given.field}: `), reason?.slice(0, 300)).toBe(true);
        expect(reason?.length).toBeLessThan(600);
        expect(Date.parse(at ?? '')).toBeGreaterThan(0);
        expect(JSON.stringify(report).includes(CANARY)).toBe(false);
      });
      leavesNothing();
    });
  }

  for (const [update, cases] of UPDATE_CALLS) {
    describe(`update ${update}`, () => {
      let length = 0;
      beforeAll(async () => {
        length = (await customer.handle.temporal.describe()).historyLength;
      });

      it.each(cases.map((given) => [given.what, given] as const))('%s', async (_, given) => {
        const { temporal } = customer.handle;
        const error: unknown = await temporal
          .executeUpdate(update, { args: argsOf(given) as [unknown] })
          .catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(WorkflowUpdateFailedError);
        const { cause } = error as WorkflowUpdateFailedError;
        expect(cause).toBeInstanceOf(ApplicationFailure);
        expect(cause?.message.startsWith(`${given.field}: `), cause?.message.slice(0, 300)).toBe(true);
        expect(cause?.message.includes(CANARY)).toBe(false);
        expect(cause?.message.length).toBeLessThan(1_500);
      });
      it('leaves nothing in the history', async () => {
        expect((await customer.handle.temporal.describe()).historyLength).toBe(length);
      });
      leavesNothing();
    });
  }

  it('has not failed a workflow task, and the workflow still works', async () => {
    await env.expectNeverWedged(customer.handle.workflowId);
    customer.profile.records = [{ id: customer.id, name: 'Still here' }];
    expect(await customer.handle.refresh()).toMatchObject({ outcome: 'changed', changed: 1 });
    expect(await customer.handle.data()).toMatchObject({ name: 'Still here' });
  });

  it('told nobody anything: no parent was taken in, nor anybody who asked to hear', async () => {
    const events = await eventsOf(env.client, customer.handle.workflowId);
    const signals = events.map((event) => event.signalExternalWorkflowExecutionInitiatedEventAttributes);
    expect(signals.filter((signal) => signal != null)).toEqual([]);
  });

  it('did not reach any prototype', () => {
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  describe.concurrent('start argument', () => {
    it.each(STARTS.map((given) => [given.what, given] as const))('%s', async (_, given) => {
      const handle = await env.startRaw(given.payload);
      const error: unknown = await handle.result().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(WorkflowFailedError);
      const cause = (error as WorkflowFailedError).cause as ApplicationFailure;
      expect(cause).toBeInstanceOf(ApplicationFailure);
      expect(['INPUT_INVALID', 'RECORD_INVALID']).toContain(cause.type);
      expect(cause.nonRetryable).toBe(true);
      expect(cause.message.startsWith(`${given.field}: `), cause.message.slice(0, 300)).toBe(true);
      expect(cause.message.length).toBeLessThan(600);
      expect(cause.message.includes(CANARY)).toBe(false);
      expect(await handle.query('rejectedSignals')).toEqual({
        count: 1,
        recent: [{ signal: 'start', reason: cause.message, at: expect.any(String) }],
      });
      await env.expectNeverWedged(handle.workflowId);
    });

    it.each(DROPPED.map((given) => [given.what, given] as const))('left out: %s', async (_, given) => {
      const handle = await env.startRaw(given.payload);
      const report = await handle.query<RejectedSignals>('rejectedSignals');
      expect(report.count).toBe(1);
      expect(report.recent[0]?.signal).toBe('start');
      expect(report.recent[0]?.reason.startsWith(`${given.field}: `), report.recent[0]?.reason).toBe(true);
      expect(await handle.query('status')).toBe('paused');
      expect(await handle.query('apiToken')).toBeNull();
      expect(JSON.stringify(await askAll(handle, QUERIES)).includes(CANARY)).toBe(false);
      await env.expectNeverWedged(handle.workflowId);
      await handle.terminate();
    });

    it('carried state is taken from an earlier run only, never from a client', async () => {
      const handle = await env.startRaw({
        id: 'c',
        status: 'paused',
        carried: { refusals: { count: 7, recent: [] }, sources: 5, views: 'x', inbox: 3, changes: [] },
      });
      expect(await handle.query('rejectedSignals')).toEqual({
        count: 1,
        recent: [expect.objectContaining({ reason: expect.stringMatching(/^carried: is not a field/) })],
      });
      expect(await handle.query('status')).toBe('paused');
      expect(await handle.query('pendingChanges')).toEqual({ upserts: {}, unset: {}, deletes: [] });
      await env.expectNeverWedged(handle.workflowId);
      await handle.terminate();
    });
  });
});
