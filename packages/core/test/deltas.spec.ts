import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChangeSet } from '../src/index';
import { memorySnapshots, type SnapshotStore } from '../src/worker';
import { contact, contactsOf } from './support/contacts';
import { logged, TestEnvironment, type TestCustomer, type TestOptions } from './support/environment';
import { eventually } from './support/eventually';
import { activitiesOf, type SeenActivity } from './support/loads';

const MANY = 200;

describe('deltas', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  /** A workflow with many contacts. */
  const loaded = async (on: TestEnvironment): Promise<TestCustomer> => {
    const customer = on.customer();
    customer.contacts.records = contactsOf(MANY);
    await on.workflows().ensure({ id: customer.id });
    return customer;
  };
  /** The last load of a customer's contacts. */
  const lastLoad = async (on: TestEnvironment, { handle }: TestCustomer): Promise<SeenActivity | undefined> =>
    (await activitiesOf(on.client, handle.workflowId)).findLast(({ source }) => source === 'contacts');
  const rename = (customer: TestCustomer, id: string, name: string): void => {
    customer.contacts.records = (customer.contacts.records as { id: string }[]).map((one) =>
      one.id === id ? contact(id, name) : one,
    );
  };
  const withEnvironment = async (
    options: TestOptions,
    run: (on: TestEnvironment) => Promise<void>,
  ): Promise<void> => {
    const on = await TestEnvironment.start(options);
    try {
      await run(on);
    } finally {
      await on.stop();
    }
  };

  it('carry the fields that changed, and nothing else', async () => {
    const customer = await loaded(env);
    expect((await lastLoad(env, customer))?.bytes).toBeGreaterThan(20_000);
    rename(customer, 'k_7', 'Renamed');
    expect(await customer.handle.refresh()).toMatchObject({ outcome: 'changed', changed: 1 });
    const load = await lastLoad(env, customer);
    expect(load?.result).toEqual({
      outcome: 'delta',
      changes: { set: { Contact: { k_7: { name: 'Renamed' } } } },
      checkpoint: { digest: expect.any(String) },
    });
    expect(load?.bytes).toBeLessThan(150);
    expect((await customer.handle.state())['Contact']?.['k_7']).toEqual(contact('k_7', 'Renamed'));
    expect((await customer.handle.sources())['contacts']).toMatchObject({ lastOutcome: 'delta' });
  });

  it('carry what came, what went, and where in the list', async () => {
    const customer = await loaded(env);
    customer.contacts.records = [...contactsOf(100), contact('k_new'), ...contactsOf(99, 102)];
    expect(await customer.handle.refresh()).toMatchObject({ outcome: 'changed', changed: 3 });
    const load = await lastLoad(env, customer);
    expect(load?.result).toMatchObject({
      changes: {
        set: { Contact: { k_new: contact('k_new') } },
        splice: { Customer: { [customer.id]: { contacts: [100, 1, ['k_new']] } } },
        deletes: { Contact: ['k_101'] },
      },
    });
    expect(load?.bytes).toBeLessThan(500);
    expect((await customer.handle.data())?.contacts).toEqual(customer.contacts.records);
  });

  it('carry nothing when nothing changed', async () => {
    const customer = await loaded(env);
    expect(await customer.handle.refresh()).toMatchObject({ outcome: 'unchanged', changed: 0 });
    const load = await lastLoad(env, customer);
    expect(load?.result).toEqual({ outcome: 'unchanged' });
    expect(load?.bytes).toBe('{"outcome":"unchanged"}'.length);
  });

  it('are made of equal content whatever the order of its fields', async () => {
    const customer = await loaded(env);
    customer.contacts.records = contactsOf(MANY).map(({ id, name, note }) => ({ note, name, id }));
    expect(await customer.handle.refresh()).toMatchObject({ outcome: 'unchanged' });
  });

  it('leave local changes of other fields alone', async () => {
    const customer = await loaded(env);
    await customer.handle.update({ entityName: 'Contact', data: { id: 'k_1', note: 'ours', vip: true } });
    rename(customer, 'k_1', 'Theirs');
    await customer.handle.refresh();
    expect((await customer.handle.state())['Contact']?.['k_1']).toEqual({
      id: 'k_1',
      name: 'Theirs',
      note: 'ours',
      vip: true,
    });
  });

  it('give way to a snapshot when the change is larger than the whole', async () => {
    const customer = await loaded(env);
    customer.contacts.records = [contact('k_1')];
    expect(await customer.handle.refresh({ acceptDeletions: true })).toMatchObject({ outcome: 'changed' });
    expect((await lastLoad(env, customer))?.result).toMatchObject({ outcome: 'snapshot', complete: true });
    expect((await customer.handle.data())?.contacts).toEqual([contact('k_1')]);
  });

  it('give way to a snapshot when the worker does not hold the content; the state is the same', async () => {
    await withEnvironment({ started: false }, async (on) => {
      const stop = await on.startWorker();
      const customer = await loaded(on);
      const heard = (): Promise<ChangeSet[]> => customer.handle.temporal.query('heard');
      await stop();
      // Another worker, which holds nothing.
      await on.startWorker();
      rename(customer, 'k_7', 'Renamed');
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'changed', changed: 1 });
      expect((await lastLoad(on, customer))?.result).toMatchObject({ outcome: 'snapshot' });
      expect((await heard()).at(-1)).toMatchObject({
        upserts: { Contact: { k_7: { name: 'Renamed' } } },
        deletes: [],
      });
      expect((await customer.handle.data())?.contacts).toEqual(customer.contacts.records);
      rename(customer, 'k_8', 'Renamed too');
      await customer.handle.refresh();
      expect((await lastLoad(on, customer))?.result).toMatchObject({ outcome: 'delta' });
    });
  });

  it('give way to a snapshot when the store has no room', async () => {
    await withEnvironment({ snapshots: memorySnapshots({ maxBytes: 10_000 }) }, async (on) => {
      const customer = await loaded(on);
      rename(customer, 'k_7', 'Renamed');
      await customer.handle.refresh();
      expect((await lastLoad(on, customer))?.result).toMatchObject({ outcome: 'snapshot' });
      expect((await customer.handle.data())?.contacts).toEqual(customer.contacts.records);
    });
  });

  it('go on across workers that share a store', async () => {
    await withEnvironment({ started: false, snapshots: memorySnapshots() }, async (on) => {
      const stop = await on.startWorker();
      const customer = await loaded(on);
      await stop();
      await on.startWorker();
      rename(customer, 'k_7', 'Renamed');
      await customer.handle.refresh();
      expect((await lastLoad(on, customer))?.result).toMatchObject({ outcome: 'delta' });
      expect((await customer.handle.data())?.contacts).toEqual(customer.contacts.records);
    });
  });

  it.each<[string, Partial<SnapshotStore>]>([
    ['throws', { has: thrower, get: thrower, set: thrower }],
    ['rejects', { has: rejecter, get: rejecter, set: rejecter }],
    ['gives what is no JSON', { get: (key) => `not JSON: the store gave rubbish (${key})` }],
  ])('give way to a snapshot, with a warning, when the store %s', async (_, broken) => {
    logged.length = 0;
    await withEnvironment({ snapshots: { ...memorySnapshots(), ...broken } }, async (on) => {
      const customer = await loaded(on);
      rename(customer, 'k_7', 'Renamed');
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'changed', changed: 1 });
      expect((await lastLoad(on, customer))?.result).toMatchObject({ outcome: 'snapshot' });
      expect(await customer.handle.temporal.query('status')).toBe('running');
      await eventually(() => expect(logged.join('\n')).toContain('kept snapshot could not be read'));
    });
  });
});

function thrower(): never {
  throw new Error('the store is down');
}

async function rejecter(): Promise<never> {
  throw new Error('the store is down');
}
