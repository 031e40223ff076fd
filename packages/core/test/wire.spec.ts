import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprintOf } from '../src/credentials/fingerprint';
import { Secret } from '../src/index';
import { TestEnvironment } from './support/environment';
import { eventually, eventuallyEqual } from './support/eventually';
import { CRM, CRM_TWO, testSecrets, TOKENS } from './support/secrets';
import type { SeenCycle } from './workflows';

const NO_CHANGES = { upserts: {}, unset: {}, deletes: [] };

describe('the wire contract', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start({ secrets: [testSecrets()] });
  });
  afterAll(() => env.stop());

  const cyclesOf = ({ handle }: { handle: { temporal: TestHandle } }): Promise<SeenCycle[]> =>
    handle.temporal.query<SeenCycle[]>('cycles');
  type TestHandle = Awaited<ReturnType<TestEnvironment['startRaw']>>;

  describe('queries', () => {
    it('answer what a loaded workflow knows', async () => {
      const { id, handle } = await env.loaded();
      const ask = (name: string): Promise<unknown> => handle.temporal.query(name);
      expect(await ask('id')).toBe(id);
      expect(await ask('entityName')).toBe('Customer');
      expect(await ask('state')).toEqual({
        Customer: { [id]: { id, name: 'Ada', plan: 'pro', contacts: ['k_1', 'k_2'] } },
        Contact: { k_1: { id: 'k_1', name: 'Grace' }, k_2: { id: 'k_2', name: 'Edsger' } },
      });
      expect(await ask('data')).toEqual({
        id,
        name: 'Ada',
        plan: 'pro',
        contacts: [
          { id: 'k_1', name: 'Grace' },
          { id: 'k_2', name: 'Edsger' },
        ],
      });
      expect(await ask('status')).toBe('running');
      expect(await ask('pendingChanges')).toEqual(NO_CHANGES);
      expect(await ask('apiUrl')).toBeNull();
      expect(await ask('apiToken')).toBeNull();
      expect(await ask('rejectedSignals')).toEqual({ count: 0, recent: [] });
      const sources = (await ask('sources')) as Record<string, Record<string, unknown>>;
      expect(Object.keys(sources)).toEqual(['profile', 'contacts']);
      expect(sources['profile']).toMatchObject({
        adapter: 'scripted',
        lastOutcome: 'snapshot',
        checkpoint: { digest: expect.stringMatching(/^[\w-]{22}$/) },
      });
      expect(sources['profile']).not.toHaveProperty('lastError');
      expect(Date.parse(String(sources['profile']?.['lastCheckedAt']))).toBeGreaterThan(0);
      expect(sources['profile']?.['lastChangedAt']).toBe(sources['profile']?.['lastCheckedAt']);
    });

    it('answer before anything was loaded', async () => {
      const { id, handle, profile, contacts } = env.customer();
      const gates = [profile.hold(), contacts.hold()];
      await env.workflows().start({ id });
      await Promise.all(gates.map((gate) => gate.reached));
      expect(await handle.data()).toBeNull();
      expect(await handle.state()).toEqual({});
      expect(await handle.sources()).toEqual({
        profile: { adapter: 'scripted' },
        contacts: { adapter: 'scripted' },
      });
      for (const gate of gates) gate.release();
      await eventually(async () => expect(await handle.data()).toMatchObject({ name: 'Ada' }));
    });

    it('pendingChanges holds what execute() has not seen', async () => {
      const { handle } = await env.loaded();
      await handle.pause();
      await handle.update({ entityName: 'Contact', data: { id: 'k_1', name: 'Grace Hopper' } });
      await handle.delete({ entityName: 'Contact', deletions: { Contact: ['k_2'] } });
      expect(await handle.pendingChanges()).toMatchObject({
        upserts: { Contact: { k_1: { name: 'Grace Hopper' } } },
        deletes: [{ name: 'Contact', id: 'k_2' }],
      });
      await handle.resume();
      await eventuallyEqual(() => handle.pendingChanges(), NO_CHANGES);
    });

    it('provenance says who gave an entity, and when', async () => {
      const { handle } = await env.loaded();
      await handle.update({ entityName: 'Contact', data: { id: 'k_9', name: 'Alan' } });
      const of = (id: string): Promise<unknown> => handle.temporal.query('provenance', 'Contact', id);
      const when = Date.parse(String((await handle.sources())['contacts']?.lastCheckedAt));
      expect(await of('k_1')).toEqual([
        { source: 'contacts', seenAt: expect.any(Number), changedAt: expect.any(Number) },
      ]);
      expect(when).toBeGreaterThan(0);
      expect(await of('k_9')).toEqual([]);
      const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
      expect(await handle.provenanceOf('Contact', 'k_1')).toEqual([
        { source: 'contacts', seenAt: time, changedAt: time },
      ]);
      expect(await handle.provenanceOf('Contact', 'k_9')).toEqual([]);
    });
  });

  describe('signals', () => {
    it('refresh loads now', async () => {
      const customer = await env.loaded();
      customer.profile.records = [{ id: customer.id, name: 'Ada Lovelace' }];
      await customer.handle.temporal.signal('refresh');
      await eventually(async () =>
        expect(await customer.handle.data()).toMatchObject({ name: 'Ada Lovelace' }),
      );
      expect((await cyclesOf(customer)).at(-1)).toEqual({ triggers: ['refresh'], upserts: 1, deletes: 0 });
    });

    it('apiToken sets the reference, and a load uses it', async () => {
      const customer = await env.loaded('CustomerWorkflow', { apiUrl: CRM, apiToken: 'secret:FIRST' });
      expect(customer.profile.looks.at(-1)?.token).toBe(TOKENS.FIRST);
      await customer.handle.temporal.signal('apiToken', 'secret:SECOND');
      await eventually(() => expect(customer.profile.looks.at(-1)?.token).toBe(TOKENS.SECOND));
      await eventually(async () =>
        expect(await customer.handle.apiToken()).toEqual({
          reference: 'secret:SECOND',
          fingerprint: await fingerprintOf(new Secret(TOKENS.SECOND), 'default', undefined),
        }),
      );
    });

    it('apiUrl sets the address, and a load uses it', async () => {
      const customer = await env.loaded('CustomerWorkflow', { apiUrl: CRM });
      await customer.handle.temporal.signal('apiUrl', CRM_TWO);
      await eventually(() => expect(customer.profile.looks.at(-1)?.apiUrl).toBe(CRM_TWO));
      expect(await customer.handle.apiUrl()).toBe(CRM_TWO);
    });

    it('update merges denormalized data and starts a cycle', async () => {
      const customer = await env.loaded();
      await customer.handle.temporal.signal('update', {
        entityName: 'Customer',
        data: { plan: 'free', contacts: ['k_1', 'k_2', { id: 'k_3', name: 'Barbara' }] },
      });
      await eventually(async () => expect(await cyclesOf(customer)).toHaveLength(2));
      expect(await customer.handle.data()).toMatchObject({ name: 'Ada', plan: 'free' });
      expect((await customer.handle.state())['Contact']).toHaveProperty('k_3');
      expect((await cyclesOf(customer)).at(-1)).toEqual({ triggers: ['update'], upserts: 2, deletes: 0 });
    });

    it('update takes in normalized entities, several at once', async () => {
      const { handle } = await env.loaded();
      await handle.temporal.signal('update', {
        entityName: 'Contact',
        updates: { Contact: { k_1: { name: 'G' }, k_7: { id: 'k_7', name: 'Tony' } } },
      });
      await eventually(async () =>
        expect((await handle.state())['Contact']).toEqual({
          k_1: { id: 'k_1', name: 'G' },
          k_2: { id: 'k_2', name: 'Edsger' },
          k_7: { id: 'k_7', name: 'Tony' },
        }),
      );
    });

    it('update and delete say where a change came from', async () => {
      const { handle } = await env.loaded();
      await handle.pause();
      const changeOrigin = 'Order-o_1';
      await handle.temporal.signal('update', {
        entityName: 'Contact',
        data: { id: 'k_1', name: 'G' },
        changeOrigin,
      });
      await handle.temporal.signal('delete', { entityName: 'Contact', data: { id: 'k_2' }, changeOrigin });
      expect(await handle.pendingChanges()).toMatchObject({ origin: changeOrigin });
      await handle.temporal.signal('update', { entityName: 'Contact', data: { id: 'k_1', name: 'H' } });
      expect(await handle.pendingChanges()).not.toHaveProperty('origin');
    });

    it('delete removes by ids and by data, and takes the ids out of relations', async () => {
      const customer = await env.loaded();
      await customer.handle.temporal.signal('delete', {
        entityName: 'Contact',
        deletions: { Contact: ['k_1', 'k_none'] },
      });
      const deletion = { triggers: ['delete'], upserts: 1, deletes: 1 };
      await eventually(async () => expect((await cyclesOf(customer)).slice(1)).toEqual([deletion]));
      expect(await customer.handle.data()).toMatchObject({ contacts: [{ id: 'k_2' }] });
      await customer.handle.temporal.signal('delete', { entityName: 'Contact', data: [{ id: 'k_2' }] });
      await eventually(async () => expect((await cyclesOf(customer)).slice(1)).toEqual([deletion, deletion]));
      expect(await customer.handle.data()).toMatchObject({ contacts: [] });
      expect((await customer.handle.state())['Contact']).toEqual({});
    });

    it('data sets the root entity, and removes the items it no longer lists', async () => {
      const customer = await env.loaded();
      await customer.handle.temporal.signal('data', {
        name: 'Countess',
        contacts: [{ id: 'k_2', name: 'Edsger' }],
      });
      await eventually(async () => expect(await cyclesOf(customer)).toHaveLength(2));
      expect(await customer.handle.data()).toEqual({
        id: customer.id,
        name: 'Countess',
        plan: 'pro',
        contacts: [{ id: 'k_2', name: 'Edsger' }],
      });
      expect((await customer.handle.state())['Contact']).toEqual({ k_2: { id: 'k_2', name: 'Edsger' } });
      expect((await cyclesOf(customer)).at(-1)?.triggers).toEqual(['data']);
    });

    it.each(['completed', 'complete'])('status %j ends the workflow with its data', async (status) => {
      const { handle } = await env.loaded();
      await handle.temporal.signal('status', status);
      expect(await handle.result()).toMatchObject({ name: 'Ada', contacts: [{}, {}] });
      expect(await handle.temporal.query('status')).toBe('completed');
      expect((await handle.temporal.describe()).status.name).toBe('COMPLETED');
    });

    it('pause stops loads and execute(), not the taking in of changes; resume goes on with a load', async () => {
      const customer = await env.loaded();
      const looks = customer.profile.looks.length;
      await customer.handle.temporal.signal('pause');
      await customer.handle.temporal.signal('refresh');
      await customer.handle.temporal.signal('update', { entityName: 'Customer', data: { plan: 'free' } });
      expect(await customer.handle.temporal.query('status')).toBe('paused');
      expect(await customer.handle.data()).toMatchObject({ plan: 'free' });
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'skipped', changed: 0 });
      expect(await cyclesOf(customer)).toHaveLength(1);
      expect(customer.profile.looks).toHaveLength(looks);
      await customer.handle.temporal.signal('resume');
      await eventually(async () => expect(await cyclesOf(customer)).toHaveLength(2));
      expect(await customer.handle.temporal.query('status')).toBe('running');
      expect((await cyclesOf(customer)).at(-1)).toEqual({
        triggers: ['refresh', 'update', 'resume'],
        upserts: 1,
        deletes: 0,
      });
      expect(customer.profile.looks).toHaveLength(looks + 1);
    });

    it('pause in mid-load lets the load end and holds execute() back', async () => {
      const customer = await env.loaded();
      const gate = customer.profile.hold();
      customer.profile.records = [{ id: customer.id, name: 'Later' }];
      await customer.handle.temporal.signal('refresh');
      await gate.reached;
      await customer.handle.pause();
      gate.release();
      await eventually(async () => expect(await customer.handle.data()).toMatchObject({ name: 'Later' }));
      expect(await customer.handle.temporal.query('status')).toBe('paused');
      expect(await cyclesOf(customer)).toHaveLength(1);
      await customer.handle.resume();
      await eventually(async () => expect(await cyclesOf(customer)).toHaveLength(2));
      expect((await cyclesOf(customer)).at(-1)).toEqual({ triggers: ['resume'], upserts: 1, deletes: 0 });
    });

    it('a second pause or resume changes nothing', async () => {
      const customer = await env.loaded();
      await customer.handle.resume();
      await customer.handle.pause();
      await customer.handle.pause();
      await customer.handle.resume();
      await customer.handle.resume();
      await eventually(async () => expect(await cyclesOf(customer)).toHaveLength(2));
      expect((await cyclesOf(customer)).at(-1)?.triggers).toEqual(['resume']);
    });

    it('cancel ends the workflow', async () => {
      const { handle } = await env.loaded();
      await handle.temporal.signal('cancel');
      await eventually(async () =>
        expect((await handle.temporal.describe()).status.name).not.toBe('RUNNING'),
      );
      expect(await handle.temporal.query('status')).toBe('cancelled');
    });

    it('cancel in mid-load cancels the load', async () => {
      const customer = await env.loaded();
      const gate = customer.profile.hold();
      await customer.handle.temporal.signal('refresh');
      await gate.reached;
      await customer.handle.temporal.signal('cancel');
      await eventually(async () =>
        expect((await customer.handle.temporal.describe()).status.name).not.toBe('RUNNING'),
      );
      gate.release();
      await env.expectNeverWedged(customer.handle.workflowId);
    });
  });

  describe('updates', () => {
    it('refresh answers after the load, with what it changed', async () => {
      const customer = await env.loaded();
      expect(await customer.handle.temporal.executeUpdate('refresh')).toEqual({
        outcome: 'unchanged',
        changed: 0,
        checkedAt: expect.any(String),
      });
      customer.contacts.records = [{ id: 'k_2', name: 'E. W. Dijkstra' }];
      const result = await customer.handle.temporal.executeUpdate('refresh');
      // The contact that went, the one that changed, and the customer that lists them.
      expect(result).toMatchObject({ outcome: 'changed', changed: 3 });
      expect(await customer.handle.data()).toMatchObject({
        contacts: [{ id: 'k_2', name: 'E. W. Dijkstra' }],
      });
    });

    it('refresh that arrives during a load waits for one that began afterwards', async () => {
      const customer = await env.loaded();
      const gate = customer.profile.hold();
      await customer.handle.temporal.signal('refresh');
      await gate.reached;
      customer.profile.records = [{ id: customer.id, name: 'Newer' }];
      const update = await customer.handle.temporal.startUpdate<{ outcome: string }, []>('refresh', {
        waitForStage: 'ACCEPTED',
      });
      gate.release();
      expect(await update.result()).toMatchObject({ outcome: 'changed' });
      expect(await customer.handle.data()).toMatchObject({ name: 'Newer' });
    });

    it('refresh tells of a load that failed, by source', async () => {
      const customer = await env.loaded();
      customer.contacts.faults.push(new Error('no such table'));
      expect(await customer.handle.temporal.executeUpdate('refresh')).toMatchObject({
        outcome: 'failed',
        errors: { contacts: expect.stringContaining('no such table') },
      });
    });

    it('rotateToken answers after a load with the new token', async () => {
      const customer = await env.loaded('CustomerWorkflow', { apiUrl: CRM, apiToken: 'secret:FIRST' });
      const result = await customer.handle.temporal.executeUpdate('rotateToken', { args: ['secret:SECOND'] });
      expect(result).toMatchObject({ outcome: 'unchanged' });
      expect(customer.profile.looks.at(-1)?.token).toBe(TOKENS.SECOND);
      expect((await cyclesOf(customer)).at(-1)?.triggers).toEqual(['apiToken']);
    });

    it('update answers how many entities it changed', async () => {
      const customer = await env.loaded();
      const update = (payload: unknown): Promise<unknown> =>
        customer.handle.temporal.executeUpdate('update', { args: [payload] });
      const payload = {
        entityName: 'Contact',
        data: [
          { id: 'k_1', name: 'G' },
          { id: 'k_8', name: 'New' },
        ],
      };
      expect(await update(payload)).toEqual({ upserted: 2, deleted: 0 });
      expect(await update(payload)).toEqual({ upserted: 0, deleted: 0 });
    });
  });

  describe('merge strategies', () => {
    const address = { address: { city: 'London', zip: 'W1' } };
    it.each([
      ['$merge', { name: 'Ada', plan: 'pro', address: { city: 'London', zip: 'NW1' } }],
      ['$set', { name: 'Ada', plan: 'pro', address: { zip: 'NW1' } }],
      ['$replace', { address: { zip: 'NW1' } }],
      [undefined, { name: 'Ada', plan: 'pro', address: { city: 'London', zip: 'NW1' } }],
    ])('%s', async (strategy, expected) => {
      const { id, handle } = await env.loaded('CustomerWorkflow', {
        status: 'paused',
        data: address,
      });
      await handle.update({ entityName: 'Customer', data: { name: 'Ada', plan: 'pro' } });
      await handle.update({
        entityName: 'Customer',
        updates: { Customer: { [id]: { address: { zip: 'NW1' } } } },
        ...(strategy !== undefined && { strategy: strategy as '$merge' }),
      });
      expect((await handle.state())['Customer']?.[id]).toEqual(expected);
    });

    it('a change made here stays until the source changes the same field', async () => {
      const customer = await env.loaded();
      await customer.handle.update({ entityName: 'Customer', data: { plan: 'free' } });
      await customer.handle.refresh();
      expect(await customer.handle.data()).toMatchObject({ name: 'Ada', plan: 'free' });
      customer.profile.records = [{ id: customer.id, name: 'Ada L.', plan: 'pro' }];
      await customer.handle.refresh();
      expect(await customer.handle.data()).toMatchObject({ name: 'Ada L.', plan: 'free' });
      customer.profile.records = [{ id: customer.id, name: 'Ada L.', plan: 'team' }];
      await customer.handle.refresh();
      expect(await customer.handle.data()).toMatchObject({ plan: 'team' });
    });
  });

  describe('idempotence', () => {
    it('the same load twice changes nothing and tells nobody', async () => {
      const customer = await env.loaded();
      expect(await customer.handle.temporal.query('heard')).toHaveLength(1);
      // The same content in another order of keys, given as a new snapshot: no digest vouches for it.
      customer.profile.pages = () => [
        { records: [{ plan: 'pro', name: 'Ada', id: customer.id }], complete: false },
      ];
      expect(await customer.handle.refresh()).toMatchObject({ outcome: 'unchanged', changed: 0 });
      expect(await customer.handle.temporal.query('heard')).toHaveLength(1);
      expect((await cyclesOf(customer)).at(-1)).toEqual({ triggers: ['refresh'], upserts: 0, deletes: 0 });
    });

    it('an update that changes nothing starts no cycle', async () => {
      const customer = await env.loaded();
      await customer.handle.temporal.signal('update', { entityName: 'Customer', data: { name: 'Ada' } });
      await customer.handle.temporal.signal('data', { name: 'Ada' });
      await customer.handle.temporal.signal('delete', {
        entityName: 'Contact',
        deletions: { Contact: ['k_0'] },
      });
      // Later than the three: had they started a cycle, it would be told with this one or before it.
      await customer.handle.refresh();
      expect(await cyclesOf(customer)).toEqual([
        expect.anything(),
        { triggers: ['refresh'], upserts: 0, deletes: 0 },
      ]);
    });
  });

  describe('the start argument', () => {
    it('data is there before the first load', async () => {
      const { handle } = await env.started('CustomerWorkflow', {
        status: 'paused',
        data: { name: 'Given', contacts: [{ id: 'k_5', name: 'Early' }] },
      });
      await eventuallyEqual(() => handle.data() as Promise<unknown>, {
        name: 'Given',
        contacts: [{ id: 'k_5', name: 'Early' }],
      });
      expect(await handle.temporal.query('status')).toBe('paused');
    });

    it('state is there before the first load', async () => {
      const state = { Contact: { k_6: { id: 'k_6', name: 'Kept' } } };
      const { handle } = await env.started('CustomerWorkflow', { status: 'paused', state });
      await eventuallyEqual(() => handle.state() as Promise<unknown>, state);
    });

    it('status paused starts without a load, until it is resumed', async () => {
      const customer = await env.started('CustomerWorkflow', { status: 'paused' });
      expect(await customer.handle.temporal.query('status')).toBe('paused');
      expect(customer.profile.looks).toEqual([]);
      await customer.handle.resume();
      await eventually(async () => expect(await customer.handle.data()).toMatchObject({ name: 'Ada' }));
      expect((await cyclesOf(customer))[0]?.triggers).toEqual(['start', 'resume']);
    });
  });
});
