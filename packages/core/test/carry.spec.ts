import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contact, contactsOf } from './support/contacts';
import { TestEnvironment, type TestCustomer } from './support/environment';
import { eventually } from './support/eventually';
import { historiesOf } from './support/history';
import { activitiesOf, type SeenActivity } from './support/loads';

describe('what is carried through continue-as-new', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  /** Keeps a workflow busy until it has continued as new. */
  const continued = async ({ handle }: TestCustomer): Promise<void> => {
    const { runId } = await handle.temporal.describe();
    for (let i = 0; i < 100; i++) {
      await handle.update({ entityName: 'Customer', data: { plan: `plan ${i}` } });
      if ((await handle.temporal.describe()).runId === runId) continue;
      // What the run before left to do is done with this.
      await handle.refresh();
      return;
    }
    throw new Error('never continued as new');
  };
  const lastLoad = async ({ handle }: TestCustomer, source: string): Promise<SeenActivity | undefined> =>
    (await activitiesOf(env.client, handle.workflowId)).findLast((load) => load.source === source);

  it('a stream of signals over ten runs and more: none is lost, none is repeated, none overtakes another', async () => {
    const customer = await env.started('RestlessWorkflow');
    const { temporal, workflowId } = customer.handle;
    const runIds = new Set<string>();
    let count = 0;
    for (; runIds.size <= 10 || count % 10 !== 0; count++) {
      const i = count;
      expect(i, 'signals without ten continue-as-news').toBeLessThan(2_000);
      const note = i % 2 === 0 ? { first: i } : { second: i };
      // Each adds one entity; and each pair writes to the same, so that a repeated one would undo a later one.
      await temporal.signal('update', { entityName: 'Contact', data: { id: `k_${i}`, at: i } });
      await temporal.signal('update', {
        entityName: 'Contact',
        data: { id: 'k_last', last: i, ...note },
        strategy: i % 10 === 9 ? '$replace' : '$merge',
      });
      runIds.add((await temporal.describe()).runId);
    }
    await eventually(async () =>
      expect((await customer.handle.state())['Contact']?.['k_last']).toMatchObject({ last: count - 1 }),
    );
    expect((await historiesOf(env.client, workflowId)).length).toBeGreaterThan(10);
    const { k_last: last, ...others } = (await customer.handle.state())['Contact'] ?? {};
    expect(others).toEqual(
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`k_${i}`, { id: `k_${i}`, at: i }])),
    );
    // The last one replaced everything.
    expect(last).toEqual({ id: 'k_last', last: count - 1, second: count - 1 });
    expect(await customer.handle.rejectedSignals()).toEqual({ count: 0, recent: [] });
    await env.expectNeverWedged(workflowId);
  });

  it('signals that arrive in parallel, together with removals', async () => {
    const customer = await env.started('RestlessWorkflow');
    const { temporal, workflowId } = customer.handle;
    const runIds = new Set<string>();
    let rounds = 0;
    for (; runIds.size <= 3; rounds++) {
      const round = rounds;
      expect(round, 'rounds without three continue-as-news').toBeLessThan(300);
      const ids = Array.from({ length: 6 }, (_, i) => `k_${round}_${i}`);
      await Promise.all(
        ids.map((id) => temporal.signal('update', { entityName: 'Contact', data: { id, name: id } })),
      );
      await temporal.signal('delete', { entityName: 'Contact', deletions: { Contact: ids.slice(0, 2) } });
      // The server lets a run begin only a second after the one before: waiting for an answer waits for that.
      const contacts = await customer.handle.state();
      expect(contacts['Contact']).toHaveProperty(ids[5] ?? '');
      runIds.add((await temporal.describe()).runId);
    }
    const expected = Array.from({ length: rounds }, (_, round) =>
      Array.from({ length: 4 }, (_, i) => `k_${round}_${i + 2}`),
    ).flat();
    await eventually(async () =>
      expect(Object.keys((await customer.handle.state())['Contact'] ?? {}).toSorted()).toEqual(
        expected.toSorted(),
      ),
    );
    expect((await historiesOf(env.client, workflowId)).length).toBeGreaterThan(3);
    await env.expectNeverWedged(workflowId);
  });

  it('what the sources gave: the next load is unchanged, or a delta', async () => {
    const customer = env.customer('BurstWorkflow');
    customer.contacts.records = contactsOf(50);
    await env.workflows('BurstWorkflow').ensure({ id: customer.id });
    await continued(customer);
    expect(await customer.handle.refresh()).toMatchObject({ outcome: 'unchanged', changed: 0 });
    expect((await lastLoad(customer, 'contacts'))?.result).toEqual({ outcome: 'unchanged' });
    await continued(customer);
    customer.contacts.records = [contact('k_1', 'Renamed'), ...contactsOf(48, 2), contact('k_51')];
    expect(await customer.handle.refresh()).toMatchObject({ outcome: 'changed', changed: 4 });
    expect((await lastLoad(customer, 'contacts'))?.result).toMatchObject({ outcome: 'delta' });
    expect((await customer.handle.data())?.contacts).toEqual(customer.contacts.records);
  });

  it('provenance, and what was changed here and not at the source', async () => {
    const customer = env.customer('BurstWorkflow');
    customer.contacts.records = contactsOf(4);
    await env.workflows('BurstWorkflow').ensure({ id: customer.id });
    await customer.handle.update({ entityName: 'Contact', data: { id: 'k_1', note: 'ours' } });
    await customer.handle.delete({ entityName: 'Contact', deletions: { Contact: ['k_2'] } });
    const of = (id: string): Promise<{ source: string; changedAt: number }[]> =>
      customer.handle.temporal.query('provenance', 'Contact', id);
    const before = await of('k_1');
    await continued(customer);
    const after = await of('k_1');
    expect(after).toMatchObject([{ source: 'contacts', changedAt: before[0]?.changedAt }]);
    expect(after).toHaveLength(1);
    expect(await of('k_9')).toEqual([]);
    customer.contacts.records = [contact('k_1', 'Renamed'), ...contactsOf(3, 2)];
    expect(await customer.handle.refresh()).toMatchObject({ outcome: 'changed', changed: 1 });
    const contacts = (await customer.handle.state())['Contact'] ?? {};
    expect(contacts['k_1']).toEqual({ ...contact('k_1', 'Renamed'), note: 'ours' });
    expect(contacts).not.toHaveProperty('k_2');
    customer.contacts.records = [contact('k_1', 'Renamed'), contact('k_2', 'Renamed'), ...contactsOf(2, 3)];
    await customer.handle.refresh();
    expect((await customer.handle.state())['Contact']?.['k_2']).toEqual(contact('k_2', 'Renamed'));
  });

  it('a state that is too large stays where it is: the workflow says so, and goes on', async () => {
    const customer = env.customer('NarrowWorkflow');
    customer.contacts.records = contactsOf(45);
    await env.workflows('NarrowWorkflow').ensure({ id: customer.id });
    const { temporal } = customer.handle;
    const { runId } = await temporal.describe();
    for (let i = 0; i < 5; i++) await customer.handle.refresh();
    await eventually(async () => expect(await temporal.query('status')).toBe('degraded'));
    const details = JSON.stringify(await temporal.query('__temporal_workflow_metadata'));
    expect(details).toMatch(/state: is \d+ bytes, more than the 3100 that maxStateBytes lets/);
    expect(details).toContain('external storage');
    expect((await temporal.describe()).runId).toBe(runId);
    // It still takes in what comes.
    customer.contacts.records = contactsOf(46);
    expect(await customer.handle.refresh()).toMatchObject({ outcome: 'changed', changed: 2 });
    expect((await customer.handle.data())?.contacts).toHaveLength(46);
    await env.expectNeverWedged(customer.handle.workflowId);
  });
});
