import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from '../src/index';
import { contact, contactsOf } from './support/contacts';
import { TestEnvironment, type TestCustomer } from './support/environment';
import { eventually } from './support/eventually';
import { activitiesOf, timersOf } from './support/loads';
import { ScriptedFault } from './support/scripted-adapter';
import { CRM, CRM_TWO } from './support/secrets';

describe('deletion', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  /** A workflow with some contacts. */
  const loaded = async (
    count: number,
    workflow: Parameters<TestEnvironment['customer']>[0] = 'CustomerWorkflow',
    input: Record<string, unknown> = {},
  ): Promise<TestCustomer> => {
    const customer = env.customer(workflow);
    customer.contacts.records = contactsOf(count);
    await env.workflows(workflow).ensure({ id: customer.id, ...input });
    return customer;
  };
  const idsOf = async ({ handle }: TestCustomer): Promise<string[]> =>
    ((await handle.data())?.contacts ?? []).map(({ id }) => id);
  const ids = (count: number, from = 1): string[] => contactsOf(count, from).map(({ id }) => id);

  describe('by what a load no longer holds', () => {
    it('removes entities that a complete sweep lacks, and their ids from lists', async () => {
      const customer = await loaded(5);
      customer.contacts.records = contactsOf(3);
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'changed', changed: 3 });
      expect(await idsOf(customer)).toEqual(ids(3));
      expect(Object.keys((await customer.handle.state())['Contact'] ?? {})).toEqual(ids(3));
    });

    it('leaves alone what signals brought', async () => {
      const customer = await loaded(5);
      await customer.handle.update({ entityName: 'Contact', data: { id: 'k_ours', name: 'Ours' } });
      customer.contacts.records = [];
      await customer.handle.refresh();
      expect((await customer.handle.state())['Contact']).toEqual({ k_ours: { id: 'k_ours', name: 'Ours' } });
    });

    const few = contactsOf(2);
    it.each<[string, () => Iterable<Page>, string]>([
      [
        'a sweep that breaks off',
        function* () {
          yield { records: few, complete: false };
          throw new ScriptedFault('invalid', 'broke off');
        },
        'failed',
      ],
      ['pages that do not end in a complete one', () => [{ records: few, complete: false }], 'unchanged'],
      [
        'a complete page that others follow',
        () => [
          { records: few, complete: true },
          { records: [], complete: false },
        ],
        'unchanged',
      ],
      [
        'a page with partial errors, even if it says that it is complete',
        () => [{ records: few, complete: true, partialErrors: [{ message: 'a contact is locked' }] }],
        'unchanged',
      ],
      [
        'partial errors on an earlier page',
        () => [
          { records: few, complete: false, partialErrors: [{ message: 'a contact is locked' }] },
          { records: [], complete: true },
        ],
        'unchanged',
      ],
      [
        'partial errors together with deletes',
        () => [
          {
            records: few,
            deletes: [{ name: 'Contact', id: 'k_5' }],
            complete: true,
            partialErrors: [{ message: 'a contact is locked' }],
          },
        ],
        'unchanged',
      ],
      ['an empty page that is not complete', () => [{ records: [], complete: false }], 'unchanged'],
    ])('%s removes nothing', async (_, pages, outcome) => {
      const customer = await loaded(5);
      customer.contacts.pages = pages;
      expect(await customer.handle.refresh()).toMatchObject({ outcome, changed: 0 });
      expect(await idsOf(customer)).toEqual(ids(5));
      // Nor does what it left behind make the next one remove too much, or too little.
      customer.contacts.pages = undefined;
      customer.contacts.records = contactsOf(4);
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'changed', changed: 2 });
      expect(await idsOf(customer)).toEqual(ids(4));
    });

    it('a list that may have moved while it was read removes what two sweeps miss', async () => {
      const customer = await loaded(3);
      customer.contacts.pages = () => [{ records: contactsOf(2), complete: true, drifts: true }];
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'unchanged', changed: 0 });
      expect(await idsOf(customer)).toEqual(ids(3));
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'changed', changed: 2 });
      expect(await idsOf(customer)).toEqual(ids(2));
    });

    it('pages that are not all add to the list and change what they give', async () => {
      const customer = await loaded(3);
      customer.contacts.pages = () => [
        { records: [contact('k_2', 'Changed')], complete: false },
        { records: [contact('k_9')], complete: false },
      ];
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'changed', changed: 3 });
      expect((await customer.handle.data())?.contacts).toEqual([
        contact('k_1'),
        contact('k_2', 'Changed'),
        contact('k_3'),
        contact('k_9'),
      ]);
    });

    it('a source that says what is gone removes just that', async () => {
      const customer = await loaded(5);
      customer.contacts.pages = () => [
        {
          records: [],
          deletes: [
            { name: 'Contact', id: 'k_2' },
            { name: 'Contact', id: 'k_none' },
          ],
          complete: false,
        },
      ];
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'changed', changed: 2 });
      expect(await idsOf(customer)).toEqual(['k_1', 'k_3', 'k_4', 'k_5']);
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'unchanged' });
    });

    it('a record that comes after its deletion stays', async () => {
      const customer = await loaded(3);
      customer.contacts.pages = () => [
        { records: [], deletes: [{ name: 'Contact', id: 'k_2' }], complete: false },
        { records: [contact('k_2', 'Back')], complete: false },
      ];
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'changed' });
      expect((await customer.handle.state())['Contact']?.['k_2']).toEqual(contact('k_2', 'Back'));
    });

    it('a record that is deleted on a later page of the same load is not there', async () => {
      const customer = await loaded(3);
      customer.contacts.pages = () => [
        { records: contactsOf(4), complete: false },
        { records: [], deletes: [{ name: 'Contact', id: 'k_4' }], complete: true },
      ];
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'unchanged' });
      expect(await idsOf(customer)).toEqual(ids(3));
    });
  });

  describe('the breaker', () => {
    it('refuses a sweep that removes more than half of more than ten, takes in nothing, and says so', async () => {
      const customer = await loaded(20);
      customer.contacts.records = [contact('k_1', 'Changed'), ...contactsOf(7, 2)];
      const answer = await customer.handle.refresh();
      expect(answer).toMatchObject({
        outcome: 'failed',
        changed: 0,
        errors: { contacts: expect.stringContaining('no longer lists 12 of 21 entities') },
      });
      const { contacts } = await customer.handle.sources();
      expect(contacts).toMatchObject({
        lastOutcome: 'failed',
        refusedSweep: { deletes: 12, of: 21, at: expect.any(String) },
        lastError: { kind: 'invalid', message: expect.stringContaining('acceptDeletions: ["contacts"]') },
      });
      expect(await customer.handle.temporal.query('status')).toBe('degraded');
      expect((await customer.handle.data())?.contacts).toEqual(contactsOf(20));
    });

    it('lets the sweep through, once, when a refresh accepts it', async () => {
      const customer = await loaded(20);
      customer.contacts.records = [];
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'failed' });
      expect(await customer.handle.refresh({ acceptDeletions: ['contacts'] })).toMatchObject({
        outcome: 'changed',
        changed: 21,
      });
      expect(await idsOf(customer)).toEqual([]);
      expect((await customer.handle.sources())['contacts']).not.toHaveProperty('refusedSweep');
      expect(await customer.handle.temporal.query('status')).toBe('running');
      customer.contacts.records = contactsOf(20);
      await customer.handle.refresh();
      customer.contacts.records = [];
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'failed' });
      expect(await idsOf(customer)).toEqual(ids(20));
    });

    it('lets it through by signal, too', async () => {
      const customer = await loaded(20);
      customer.contacts.records = [];
      await customer.handle.temporal.signal('refresh', { acceptDeletions: true });
      await eventually(async () => expect(await idsOf(customer)).toEqual([]));
    });

    it('keeps an acceptance for the other source out of it', async () => {
      const customer = await loaded(20);
      customer.contacts.records = [];
      expect(await customer.handle.refresh({ acceptDeletions: ['profile'] })).toMatchObject({
        outcome: 'failed',
      });
      expect(await idsOf(customer)).toEqual(ids(20));
      await expect(customer.handle.refresh({ acceptDeletions: ['nothing'] })).rejects.toThrow(
        '"nothing", which is not a source',
      );
    });

    it('closes by itself when the source lists its entities again', async () => {
      const customer = await loaded(20);
      customer.contacts.records = [];
      await customer.handle.refresh();
      customer.contacts.records = contactsOf(19);
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'changed', changed: 2 });
      expect((await customer.handle.sources())['contacts']).not.toHaveProperty('refusedSweep');
      expect(await customer.handle.temporal.query('status')).toBe('running');
    });

    it('does not look at ten entities or fewer, nor at half', async () => {
      const small = await loaded(9);
      small.contacts.records = [];
      expect(await small.handle.refresh()).toMatchObject({ outcome: 'changed', changed: 10 });
      const half = await loaded(19);
      half.contacts.records = contactsOf(9);
      expect(await half.handle.refresh()).toMatchObject({ outcome: 'changed', changed: 11 });
    });

    it('is open after a move to another address: what the new one lacks goes', async () => {
      const customer = await loaded(20, 'CustomerWorkflow', { apiUrl: CRM });
      customer.contacts.records = contactsOf(2);
      await customer.handle.setApiUrl(CRM_TWO);
      await eventually(async () => expect(await idsOf(customer)).toEqual(ids(2)));
      expect(await customer.handle.temporal.query('status')).toBe('running');
    });

    it('survives a continue-as-new, with what it refused', async () => {
      const customer = await loaded(12, 'BurstWorkflow');
      customer.contacts.records = [];
      await customer.handle.refresh();
      const { runId } = await customer.handle.temporal.describe();
      await eventually(async () => {
        await customer.handle.update({ entityName: 'Customer', data: { plan: `${Math.random()}` } });
        expect((await customer.handle.temporal.describe()).runId).not.toBe(runId);
      });
      expect((await customer.handle.sources())['contacts']).toMatchObject({
        refusedSweep: { deletes: 12, of: 13 },
      });
      expect(await customer.handle.refresh({ acceptDeletions: true })).toMatchObject({ outcome: 'changed' });
      expect(await idsOf(customer)).toEqual([]);
    });

    it('does not run hot under a watch: it waits longer each time', async () => {
      const customer = await loaded(20, 'WatchingWorkflow');
      customer.contacts.records = [];
      const failures = async (): Promise<number> =>
        (await customer.handle.sources())['contacts']?.lastError?.failures ?? 0;
      await eventually(async () => expect(await failures()).toBe(3));
      const timers = (await timersOf(env.client, customer.handle.workflowId)).filter((ms) => ms > 500);
      // The back-off begins with the interval and doubles; each refused sweep is one load.
      expect(timers.slice(-3).map((ms) => Math.round(ms / 1_000))).toEqual([1, 2, 4]);
      const loads = (await activitiesOf(env.client, customer.handle.workflowId)).filter(
        ({ source, result }) => source === 'contacts' && result !== undefined,
      );
      expect(loads).toHaveLength(4);
      expect(await idsOf(customer)).toEqual(ids(20));
      expect(await customer.handle.refresh({ acceptDeletions: true })).toMatchObject({ outcome: 'changed' });
      expect(await idsOf(customer)).toEqual([]);
    });
  });
});
