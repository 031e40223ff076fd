import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Provenance } from '../src/workflow';
import { type TestCustomer, TestEnvironment, type WorkflowName } from './support/environment';
import { eventually, eventuallyEqual } from './support/eventually';
import { historiesOf } from './support/history';
import { CRM, testSecrets, TOKENS } from './support/secrets';

describe('continue-as-new', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start({ secrets: [testSecrets()] });
  });
  afterAll(() => env.stop());

  const runs = async ({ handle }: TestCustomer): Promise<number> =>
    (await historiesOf(env.client, handle.workflowId)).length;
  const runOf = async ({ handle }: TestCustomer): Promise<string> => (await handle.temporal.describe()).runId;

  /** Signals until the workflow has continued as new. */
  const continued = async (customer: TestCustomer, signal: () => Promise<void>): Promise<void> => {
    const run = await runOf(customer);
    await eventually(async () => {
      await signal();
      expect(await runOf(customer)).not.toBe(run);
    });
  };

  it('loses no signal of a burst, and applies none twice', async () => {
    const customer = await env.loaded('BurstWorkflow');
    const { temporal } = customer.handle;
    const total = 200;
    const ids = Array.from({ length: total }, (_, i) => `n_${i}`);
    // In flights of ten: so they arrive in many tasks, before, while and after the workflow continues.
    for (let start = 0; start < total; start += 10) {
      await Promise.all(
        ids
          .slice(start, start + 10)
          .map((id) => temporal.signal('update', { entityName: 'Contact', data: { id, name: id, seen: 1 } })),
      );
      // Gives it a moment: Temporal lets no workflow continue while signals come faster than it can look.
      if (start % 40 === 0) await customer.handle.refresh();
    }
    await eventually(async () => {
      const contacts = (await customer.handle.state())['Contact'] ?? {};
      expect(Object.keys(contacts).filter((id) => id.startsWith('n_'))).toHaveLength(total);
    });
    await eventuallyEqual(async () => (await customer.handle.pendingChanges()).upserts, {});
    const contacts = (await customer.handle.state())['Contact'] ?? {};
    for (const id of ids) expect(contacts[id]).toEqual({ id, name: id, seen: 1 });
    expect(await runs(customer)).toBeGreaterThan(3);
    const histories = await historiesOf(env.client, customer.handle.workflowId);
    const received = histories.flatMap((history) =>
      (history.events ?? []).filter((event) => event.workflowExecutionSignaledEventAttributes != null),
    );
    expect(received).toHaveLength(total);
    expect(await customer.handle.rejectedSignals()).toMatchObject({ count: 0 });
    await env.expectNeverWedged(customer.handle.workflowId);
  });

  it('answers every refresh that is in flight', async () => {
    const customer = await env.loaded('BurstWorkflow');
    let n = 0;
    for (let round = 0; round < 60 && (await runs(customer)) < 3; round++) {
      const answers = await Promise.all(
        Array.from({ length: 6 }, (_, i) => {
          customer.profile.records = [{ id: customer.id, name: `Name ${++n}` }];
          return i % 3 === 0
            ? customer.handle.update({ entityName: 'Contact', data: { id: `r_${round}_${i}`, name: 'x' } })
            : customer.handle.refresh();
        }),
      );
      for (const [i, answer] of answers.entries())
        expect(answer).toMatchObject(
          i % 3 === 0 ? { upserted: 1 } : { outcome: expect.stringMatching(/^(un)?changed$/) },
        );
    }
    expect(await runs(customer)).toBeGreaterThanOrEqual(3);
    expect(await customer.handle.data()).toMatchObject({ name: `Name ${n}` });
    await env.expectNeverWedged(customer.handle.workflowId);
  });

  it('is not put off forever by refreshes that never cease', async () => {
    const customer = await env.loaded('BurstWorkflow');
    const run = await runOf(customer);
    let waiting = customer.handle.refresh();
    let refreshes = 1;
    // Each is sent before the one before it is answered: there is always one in flight.
    for (; refreshes < 100 && (await runOf(customer)) === run; refreshes++) {
      const next = customer.handle.refresh();
      expect(await waiting).toMatchObject({ outcome: 'unchanged' });
      waiting = next;
    }
    expect(await waiting).toMatchObject({ outcome: 'unchanged' });
    expect(refreshes).toBeLessThan(100);
  });

  it('answers a refresh with a load that began after it, also when it is due', async () => {
    const customer = await env.loaded('BurstWorkflow');
    const { temporal } = customer.handle;
    const gate = customer.profile.hold();
    await temporal.signal('refresh');
    await gate.reached;
    await eventually(async () => {
      await temporal.signal('nonsense');
      expect((await temporal.describe()).historyLength).toBeGreaterThan(60);
    });
    customer.profile.records = [{ id: customer.id, name: 'Current' }];
    const refresh = await temporal.startUpdate('refresh', { waitForStage: 'ACCEPTED' });
    gate.release();
    expect(await refresh.result()).toMatchObject({ outcome: 'changed' });
    expect(await customer.handle.data()).toMatchObject({ name: 'Current' });
    await eventually(async () => expect(await runs(customer)).toBe(2));
  });

  it('answers a refresh that arrives while onContinue() takes its time', async () => {
    const customer = await env.loaded('HesitatingWorkflow');
    const { temporal } = customer.handle;
    await eventually(async () => {
      await temporal.signal('refresh');
      expect(await temporal.query('hesitates')).toBe(true);
    });
    const run = await runOf(customer);
    customer.profile.records = [{ id: customer.id, name: 'In time' }];
    const refresh = await temporal.startUpdate('refresh', { waitForStage: 'ACCEPTED' });
    await temporal.signal('update', { entityName: 'Contact', data: { id: 'k_9', name: 'Late' } });
    await temporal.signal('release');
    expect(await refresh.result()).toMatchObject({ outcome: 'changed' });
    await eventually(async () => expect(await runOf(customer)).not.toBe(run));
    expect(await customer.handle.data()).toMatchObject({ name: 'In time' });
    expect((await customer.handle.state())['Contact']).toHaveProperty('k_9');
    await env.expectNeverWedged(customer.handle.workflowId);
  });

  it('carries everything the workflow knows', async () => {
    const customer = await env.loaded('BurstWorkflow', { apiUrl: CRM, apiToken: 'secret:FIRST' });
    const { handle } = customer;
    await handle.update({ entityName: 'Customer', data: { plan: 'free' } });
    await handle.temporal.signal('nonsense', { a: 1 });
    await handle.temporal.signal('update', 5);
    const about = async (): Promise<unknown[]> => {
      const given = await handle.temporal.query<Provenance[], [string, string]>(
        'provenance',
        'Contact',
        'k_1',
      );
      const sources = await handle.sources();
      return [
        given.map(({ source, changedAt }) => [source, changedAt]),
        Object.values(sources).map(({ checkpoint, lastChangedAt }) => [checkpoint, lastChangedAt]),
        await handle.state(),
        await handle.data(),
        await handle.apiUrl(),
        await handle.apiToken(),
        await handle.rejectedSignals(),
      ];
    };
    const before = await about();
    await continued(customer, () => handle.temporal.signal('refresh'));
    expect(await about()).toEqual(before);
    const looks = customer.profile.looks.length;
    // What a source gave before is known: equal content is unchanged, and a local change stays.
    expect(await handle.refresh()).toMatchObject({ outcome: 'unchanged' });
    expect((await handle.sources())['profile']?.lastOutcome).toBe('unchanged');
    expect(customer.profile.looks[looks]).toMatchObject({
      apiUrl: CRM,
      token: TOKENS.FIRST,
      checkpoint: { digest: expect.any(String) },
    });
    expect(await handle.data()).toMatchObject({ plan: 'free' });
    // So is what it gave that it now lacks.
    customer.contacts.records = [{ id: 'k_1', name: 'Grace' }];
    await handle.refresh();
    expect((await handle.state())['Contact']).toEqual({ k_1: { id: 'k_1', name: 'Grace' } });
  });

  it('loads nothing by itself', async () => {
    const customer = await env.loaded('BurstWorkflow');
    await continued(customer, async () => {
      await customer.handle.refresh();
    });
    const cycles = await customer.handle.temporal.query<{ triggers: string[] }[]>('cycles');
    expect(cycles.flatMap(({ triggers }) => triggers).filter((trigger) => trigger !== 'refresh')).toEqual([]);
  });

  it('stays paused, with what execute() has not seen', async () => {
    const customer = await env.loaded('BurstWorkflow');
    await customer.handle.pause();
    const looks = customer.profile.looks.length;
    let n = 0;
    await continued(customer, () =>
      customer.handle.temporal.signal('update', {
        entityName: 'Contact',
        data: { id: `p_${++n}`, name: 'x' },
      }),
    );
    expect((await customer.handle.status()).status).toBe('paused');
    const { upserts } = await customer.handle.pendingChanges();
    expect(Object.keys(upserts['Contact'] ?? {})).toHaveLength(n);
    expect(customer.profile.looks).toHaveLength(looks);
    await customer.handle.resume();
    await eventually(async () =>
      expect(await customer.handle.temporal.query('cycles')).toEqual([
        { triggers: ['update', 'resume'], upserts: n, deletes: 0 },
      ]),
    );
  });

  it('keeps the error of a source, and when it is tried again', async () => {
    const customer = await env.loaded('BurstWorkflow');
    customer.contacts.onLoad = () => {
      throw new Error('no such table');
    };
    await customer.handle.refresh();
    const { failures } = (await customer.handle.sources())['contacts']?.lastError ?? {};
    expect(failures).toBe(1);
    await customer.handle.pause();
    await continued(customer, () => customer.handle.temporal.signal('nonsense'));
    expect((await customer.handle.sources())['contacts']?.lastError).toMatchObject({
      kind: 'fatal',
      failures: 1,
      message: expect.stringContaining('no such table'),
    });
    customer.contacts.onLoad = () => {};
    await customer.handle.resume();
    await eventuallyEqual(async () => (await customer.handle.status()).status, 'running');
  });

  it('works for a workflow without sources', async () => {
    const customer = await env.started('RestlessWorkflow', { data: { name: 'Only told' } });
    for (let i = 0; i < 15; i++)
      await customer.handle.update({ entityName: 'Contact', data: { id: `k_${i}`, name: `${i}` } });
    expect(Object.keys((await customer.handle.state())['Contact'] ?? {})).toHaveLength(15);
    expect(await customer.handle.data()).toMatchObject({ name: 'Only told' });
    expect(await runs(customer)).toBeGreaterThan(2);
  });

  it('does not happen with a state that is too large: it says so, and goes on', async () => {
    const workflow: WorkflowName = 'LargeWorkflow';
    const customer = await env.started(workflow);
    const blob = 'x'.repeat(2_000);
    const add = (i: number): Promise<unknown> =>
      customer.handle.update({ entityName: 'Contact', data: { id: `k_${i}`, name: blob } });
    for (let i = 0; i < 12; i++) await add(i);
    await eventuallyEqual(async () => (await customer.handle.status()).status, 'degraded');
    expect(await runs(customer)).toBe(1);
    const details = JSON.stringify(await customer.handle.temporal.query('__temporal_workflow_metadata'));
    expect(details).toMatch(/state: is \d+ bytes, more than the 10000 that maxStateBytes lets/);
    await add(100);
    expect(Object.keys((await customer.handle.state())['Contact'] ?? {})).toHaveLength(13);
    await customer.handle.complete();
    await customer.handle.result();
    await env.expectNeverWedged(customer.handle.workflowId);
  });
});
