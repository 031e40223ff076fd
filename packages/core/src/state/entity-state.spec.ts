import { beforeEach, describe, expect, it } from 'vitest';
import { defineSchema, many } from '../contract/schema';
import { EntityState } from './entity-state';

const schema = defineSchema({
  Customer: { relations: { contacts: many('Contact') } },
  Contact: {},
  Account: { idAttribute: ['region', 'no'] },
});
const ROOT = { name: 'Customer', id: 'c_1' };
const OPTIONS = { now: 1_000, maxDeleteRatio: 0.5, minDeleteCount: 10 };
const given = {
  Customer: { c_1: { id: 'c_1', contacts: ['k_1', 'k_2'] } },
  Contact: { k_1: { id: 'k_1', name: 'Grace' }, k_2: { id: 'k_2', name: 'Edsger' } },
};

describe('EntityState', () => {
  let state: EntityState;
  beforeEach(() => {
    state = new EntityState(ROOT, schema);
    state.integrate('contacts', { entities: given, complete: true }, OPTIONS);
  });

  describe('provenance', () => {
    it('says which sources gave an entity, and when', () => {
      const entities = { Contact: { k_1: { id: 'k_1', vip: true } } };
      state.integrate('profile', { entities, complete: true }, { ...OPTIONS, now: 2_000 });
      expect(state.provenance('Contact', 'k_1')).toEqual([
        { source: 'contacts', seenAt: 1_000, changedAt: 1_000 },
        { source: 'profile', seenAt: 2_000, changedAt: 2_000 },
      ]);
    });

    it('tells seen from changed', () => {
      const next = { ...given, Contact: { ...given.Contact, k_1: { id: 'k_1', name: 'G.' } } };
      state.integrate('contacts', { entities: next, complete: true }, { ...OPTIONS, now: 3_000 });
      expect(state.provenance('Contact', 'k_1')).toEqual([
        { source: 'contacts', seenAt: 3_000, changedAt: 3_000 },
      ]);
      expect(state.provenance('Contact', 'k_2')).toEqual([
        { source: 'contacts', seenAt: 3_000, changedAt: 1_000 },
      ]);
    });

    it('is empty for what only signals wrote, and for what a source no longer gives', () => {
      state.update({ entityName: 'Contact', data: { id: 'k_9' } });
      expect(state.provenance('Contact', 'k_9')).toEqual([]);
      const fewer = {
        Customer: { c_1: { id: 'c_1', contacts: ['k_1'] } },
        Contact: { k_1: given.Contact.k_1 },
      };
      state.integrate('contacts', { entities: fewer, complete: true }, OPTIONS);
      expect(state.provenance('Contact', 'k_2')).toEqual([]);
    });

    it('and everything else a view knows survives a continue-as-new', () => {
      state.update({ entityName: 'Contact', data: { id: 'k_1', name: 'Local' } });
      state.delete({ entityName: 'Contact', deletions: { Contact: ['k_2'] } });
      const carried = JSON.parse(JSON.stringify([state.store.entities, state.carryViews()])) as [
        typeof state.store.entities,
        ReturnType<typeof state.carryViews>,
      ];
      const next = new EntityState(ROOT, schema, ...carried);
      expect(next.provenance('Contact', 'k_1')).toEqual(state.provenance('Contact', 'k_1'));
      const same = next.integrate('contacts', { entities: given, complete: true }, OPTIONS);
      expect(same).toMatchObject({ changes: { upserts: {}, deletes: [] } });
      expect(next.store.entities).toEqual(state.store.entities);
      expect(next.store.get('Contact', 'k_1')?.['name']).toBe('Local');
      expect(next.store.get('Contact', 'k_2')).toBeUndefined();
    });
  });

  describe('update', () => {
    it('takes a record of the root kind without an id for the root', () => {
      expect(
        state.update({ entityName: 'Customer', data: { plan: 'pro' }, changeOrigin: 'Order-1' }),
      ).toEqual({
        upserts: { Customer: { c_1: { plan: 'pro' } } },
        unset: {},
        deletes: [],
        origin: 'Order-1',
      });
    });

    it('takes normalized entities, with the strategy', () => {
      const updates = { Contact: { k_1: { name: 'G.' }, k_3: { id: 'k_3' } } };
      state.update({ entityName: 'Contact', updates, strategy: '$replace' });
      expect(state.store.entities['Contact']).toEqual({
        k_1: { name: 'G.' },
        k_2: { id: 'k_2', name: 'Edsger' },
        k_3: { id: 'k_3' },
      });
    });

    it('is all or nothing', () => {
      const before = structuredClone(state.store.entities);
      const data = [{ id: 'k_1', name: 'Changed' }, { name: 'without an id' }];
      expect(() => state.update({ entityName: 'Contact', data })).toThrow('data[1]: has no usable id');
      const updates = { Contact: { k_1: { name: 'Changed' } }, Nothing: { n_1: {} } };
      expect(() => state.update({ entityName: 'Contact', updates })).toThrow('"Nothing" is not an entity');
      expect(() => state.checkUpdate({ entityName: 'Contact', data })).toThrow('data[1]');
      expect(state.store.entities).toEqual(before);
    });

    it('can be checked without being made', () => {
      const { version } = state.store;
      state.checkUpdate({ entityName: 'Contact', data: { id: 'k_1', name: 'Changed' } });
      expect(state.store.version).toBe(version);
      expect(state.store.get('Contact', 'k_1')?.['name']).toBe('Grace');
    });

    it.each(['constructor', 'toString', '__proto__'])(
      'refuses the entity name %s, which nobody declared',
      (name) => {
        expect(() => state.update({ entityName: name, data: { id: 'x' } })).toThrow('is not an entity');
        expect(() => state.delete({ entityName: 'Contact', deletions: { constructor: ['x'] } })).toThrow(
          'is not an entity',
        );
      },
    );
  });

  describe('delete', () => {
    it('finds entities by what they are given with, composite ids included', () => {
      state.update({ entityName: 'Account', data: { region: 'eu', no: 7 } });
      const changes = state.delete({ entityName: 'Account', data: [{ region: 'eu', no: 7, more: 1 }] });
      expect(changes.deletes).toEqual([{ name: 'Account', id: 'eu:7' }]);
    });

    it('refuses the root entity, by whatever way it is named', () => {
      expect(() => state.delete({ entityName: 'Customer', data: { id: 'c_1' } })).toThrow('root entity');
      expect(() => state.delete({ entityName: 'Contact', deletions: { Customer: ['c_1'] } })).toThrow(
        'root entity',
      );
    });

    it('is all or nothing', () => {
      const deletions = { Contact: ['k_1'], Customer: ['c_1'] };
      expect(() => state.delete({ entityName: 'Contact', deletions })).toThrow('root entity');
      expect(state.store.get('Contact', 'k_1')).toBeDefined();
    });
  });

  describe('setRoot', () => {
    it('gives the items that a list no longer holds, and only of lists it is given', () => {
      expect(state.setRoot({ name: 'Ada' }).dropped).toEqual([]);
      expect(state.setRoot({ contacts: [{ id: 'k_2', name: 'E.' }] })).toEqual({
        changes: {
          upserts: { Customer: { c_1: { contacts: ['k_2'] } }, Contact: { k_2: { name: 'E.' } } },
          unset: {},
          deletes: [],
        },
        dropped: [{ name: 'Contact', id: 'k_1' }],
      });
    });

    it('takes a list that is null for one that is empty', () => {
      expect(state.setRoot({ contacts: null }).dropped).toHaveLength(2);
      expect(state.setRoot({ contacts: ['k_1'] }).dropped).toEqual([]);
    });
  });

  it('gives the root entity as data, and nothing before it is known', () => {
    expect(new EntityState(ROOT, schema).data).toBeUndefined();
    expect(state.data).toEqual({ id: 'c_1', contacts: Object.values(given.Contact) });
  });
});
