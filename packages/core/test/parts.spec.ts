import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PartResult } from '../src/contract/load';
import { memorySnapshots } from '../src/worker';
import type { ChangeSet } from '../src/index';
import { contact, contactsOf } from './support/contacts';
import { logged, TestEnvironment, type TestCustomer } from './support/environment';
import { eventually } from './support/eventually';
import { activitiesOf } from './support/loads';

/** Small enough that a few contacts take several results. */
const maxResultBytes = 1_000;

describe('a result that is too large for one activity result', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start({ maxResultBytes });
  });
  afterAll(() => env.stop());

  /** The parts that a customer's contacts travelled in. */
  const partsOf = async (on: TestEnvironment, { handle }: TestCustomer): Promise<PartResult[]> =>
    (await activitiesOf(on.client, handle.workflowId)).flatMap(({ source, result }) =>
      source === 'contacts' && result?.outcome === 'part' ? [result] : [],
    );
  const heardBy = ({ handle }: TestCustomer): Promise<ChangeSet[]> => handle.temporal.query('heard');

  it('travels in parts, and is taken in once', async () => {
    const customer = env.customer();
    customer.contacts.records = contactsOf(30);
    await env.workflows().ensure({ id: customer.id });
    expect((await customer.handle.data())?.contacts).toEqual(contactsOf(30));
    const parts = await partsOf(env, customer);
    expect(parts.length).toBeGreaterThan(3);
    expect(parts.map(({ index }) => index)).toEqual(parts.map((_, i) => i));
    for (const { of, text } of parts) {
      expect(of).toBe(parts.length);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxResultBytes);
    }
    expect(customer.contacts.looks).toHaveLength(1);
    const heard = await heardBy(customer);
    expect(heard).toHaveLength(1);
    expect(Object.keys(heard[0]?.upserts['Contact'] ?? {})).toHaveLength(30);
    expect(await customer.handle.temporal.query('cycles')).toHaveLength(1);
    expect((await customer.handle.sources())['contacts']).toMatchObject({ lastOutcome: 'snapshot' });
  });

  it('never shows half of it', async () => {
    const customer = env.customer();
    customer.contacts.records = contactsOf(30);
    await env.workflows().ensure({ id: customer.id });
    customer.contacts.records = contactsOf(30).map(({ id }) => contact(id, 'Renamed'));
    await customer.handle.temporal.signal('refresh');
    const seen = new Set<string>();
    await eventually(async () => {
      const names = (await customer.handle.data())?.contacts?.map(({ name }) => name) ?? [];
      seen.add(
        names.every((name) => name === 'Renamed') ? 'new' : names.includes('Renamed') ? 'half' : 'old',
      );
      expect(seen).toContain('new');
    });
    expect(seen).not.toContain('half');
    await eventually(async () => expect(await heardBy(customer)).toHaveLength(2));
  });

  it('also as a delta', async () => {
    const customer = env.customer();
    customer.contacts.records = contactsOf(30);
    await env.workflows().ensure({ id: customer.id });
    customer.contacts.records = [...contactsOf(30), ...contactsOf(20, 31)];
    expect(await customer.handle.refresh()).toMatchObject({ outcome: 'changed', changed: 21 });
    expect((await customer.handle.sources())['contacts']).toMatchObject({ lastOutcome: 'delta' });
    expect((await customer.handle.data())?.contacts).toEqual(customer.contacts.records);
  });

  it('also as the news of a watch', async () => {
    const customer = await env.loaded('WatchingWorkflow');
    customer.contacts.records = contactsOf(30);
    await eventually(async () => expect((await customer.handle.data())?.contacts).toEqual(contactsOf(30)));
    await eventually(async () => expect(await heardBy(customer)).toHaveLength(2));
    await env.expectNeverWedged(customer.handle.workflowId);
  });

  it('is loaded again when the worker that held the rest of it is gone', async () => {
    const other = await TestEnvironment.start({
      maxResultBytes,
      started: false,
      // A workflow that no worker holds is taken up by the next one at once.
      worker: { maxCachedWorkflows: 0 },
    });
    try {
      const stopWorkflows = await other.startWorker('workflows');
      const stopActivities = await other.startWorker('activities');
      const customer = other.customer();
      customer.contacts.records = contactsOf(30);
      const gate = customer.contacts.hold();
      await other.workflows().start({ id: customer.id });
      await gate.reached;
      // Nobody asks for the second part before the worker that holds it has gone.
      await stopWorkflows();
      gate.release();
      await eventually(async () => expect(await partsOf(other, customer)).toHaveLength(1));
      await stopActivities();
      await other.startWorker();
      await eventually(async () =>
        expect(await customer.handle.data()).toHaveProperty('contacts.length', 30),
      );
      const parts = await partsOf(other, customer);
      expect(customer.contacts.looks).toHaveLength(2);
      expect(new Set(parts.map(({ digest }) => digest)).size).toBe(1);
      expect(parts.map(({ index }) => index)).toEqual(parts.map((_, i) => i));
      await eventually(async () => expect(await heardBy(customer)).toHaveLength(1));
    } finally {
      await other.stop();
    }
  });

  it('is begun again when the source changed in between, and is then the newer one', async () => {
    // A store that holds no results: every part takes a look at the source.
    const inner = memorySnapshots();
    const forgetful: TestEnvironment = await TestEnvironment.start({
      maxResultBytes,
      snapshots: {
        ...inner,
        set: (key, text) => (key.startsWith('result:') ? undefined : inner.set(key, text)),
      },
    });
    try {
      const customer = forgetful.customer();
      customer.contacts.records = contactsOf(30);
      customer.contacts.onLoad = () => {
        if (customer.contacts.looks.length === 2)
          customer.contacts.records = contactsOf(30).map(({ id }) => contact(id, 'Newer'));
      };
      await forgetful.workflows().ensure({ id: customer.id });
      expect((await customer.handle.data())?.contacts).toEqual(customer.contacts.records);
      expect(new Set((await partsOf(forgetful, customer)).map(({ digest }) => digest)).size).toBe(2);
      expect(await heardBy(customer)).toHaveLength(1);
      await forgetful.expectNeverWedged(customer.handle.workflowId);
    } finally {
      await forgetful.stop();
    }
  });

  it('of a source that never holds still fails the load, and says so', async () => {
    const forgetful = await TestEnvironment.start({
      maxResultBytes,
      snapshots: { has: () => false, get: () => undefined, set: () => {} },
    });
    try {
      const customer = forgetful.customer();
      customer.contacts.records = contactsOf(30);
      customer.contacts.onLoad = () => {
        customer.contacts.records = contactsOf(30).map(({ id }) =>
          contact(id, `${customer.contacts.looks.length}`),
        );
      };
      const { result } = await forgetful.workflows().ensure({ id: customer.id });
      expect(result).toMatchObject({
        outcome: 'failed',
        errors: { contacts: expect.stringMatching(/changed 6 times while its result travelled in parts/) },
      });
      expect(await customer.handle.temporal.query('status')).toBe('degraded');
      expect(await customer.handle.data()).not.toHaveProperty('contacts');
    } finally {
      await forgetful.stop();
    }
  });

  it('arrives also when the store throws: each part takes a look, and a warning says so', async () => {
    const fail = (): never => {
      throw new Error('the store is down');
    };
    const broken = await TestEnvironment.start({
      maxResultBytes,
      snapshots: { has: fail, get: fail, set: fail },
    });
    try {
      const customer = broken.customer();
      customer.contacts.records = contactsOf(30);
      const { result } = await broken.workflows().ensure({ id: customer.id });
      expect(result).toMatchObject({ outcome: 'changed', changed: 31 });
      expect((await customer.handle.data())?.contacts).toEqual(contactsOf(30));
      await eventually(() => expect(logged.join('\n')).toContain('the store is down'));
      await broken.expectNeverWedged(customer.handle.workflowId);
    } finally {
      await broken.stop();
    }
  });
});
