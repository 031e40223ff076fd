import { beforeEach, describe, expect, it } from 'vitest';
import { defineSchema, many, one } from '../contract/schema';
import { EntityStore } from './entity-store';

const schema = defineSchema({
  Customer: { relations: { contacts: many('Contact'), account: one('Account'), friends: many('Customer') } },
  Contact: { relations: { employer: one('Customer') } },
  Account: { idAttribute: ['region', 'ref.no'] },
});

const ada = {
  id: 'c_1',
  name: 'Ada',
  address: { city: 'London', lines: ['1 St James'] },
  account: { region: 'eu', ref: { no: 7 }, open: true },
  contacts: [
    { id: 'k_1', name: 'Grace' },
    { id: 'k_2', name: 'Edsger', employer: { id: 'c_2', name: 'Acme' } },
  ],
};

describe('EntityStore', () => {
  let store: EntityStore;
  beforeEach(() => {
    store = new EntityStore(schema);
    store.upsert('Customer', [ada]);
  });

  describe('taking in records', () => {
    it('puts each entity in its table, with ids for relations', () => {
      expect(store.entities).toEqual({
        Customer: {
          c_1: {
            id: 'c_1',
            name: 'Ada',
            address: { city: 'London', lines: ['1 St James'] },
            account: 'eu:7',
            contacts: ['k_1', 'k_2'],
          },
          c_2: { id: 'c_2', name: 'Acme' },
        },
        Contact: {
          k_1: { id: 'k_1', name: 'Grace' },
          k_2: { id: 'k_2', name: 'Edsger', employer: 'c_2' },
        },
        Account: { 'eu:7': { region: 'eu', ref: { no: 7 }, open: true } },
      });
    });

    it('takes ids, numbers and null in place of records', () => {
      store.upsert('Customer', [{ id: 'c_1', contacts: ['k_1', 9], account: null }]);
      expect(store.get('Customer', 'c_1')).toMatchObject({ contacts: ['k_1', '9'], account: null });
    });

    it('lists an item once, however often it is given', () => {
      store.upsert('Customer', [{ id: 'c_1', contacts: ['k_1', { id: 'k_1', name: 'G' }, 'k_1'] }]);
      expect(store.get('Customer', 'c_1')?.['contacts']).toEqual(['k_1']);
      expect(store.get('Contact', 'k_1')).toEqual({ id: 'k_1', name: 'G' });
    });

    it('takes in records that hold themselves', () => {
      store.upsert('Customer', [
        {
          id: 'c_3',
          friends: [
            { id: 'c_3', name: 'Narcissus' },
            { id: 'c_4', friends: ['c_3'] },
          ],
        },
      ]);
      expect(store.get('Customer', 'c_3')).toEqual({ id: 'c_3', name: 'Narcissus', friends: ['c_3', 'c_4'] });
      expect(store.get('Customer', 'c_4')).toEqual({ id: 'c_4', friends: ['c_3'] });
    });

    it('leaves fields that hold undefined as they are', () => {
      store.upsert('Customer', [{ id: 'c_1', name: undefined }], '$set');
      expect(store.get('Customer', 'c_1')?.['name']).toBe('Ada');
    });
  });

  describe('strategies', () => {
    it('$merge merges plain objects key by key; lists are replaced', () => {
      store.upsert('Customer', [{ id: 'c_1', address: { zip: 'SW1', lines: [] }, plan: 'pro' }], '$merge');
      expect(store.get('Customer', 'c_1')).toMatchObject({
        name: 'Ada',
        plan: 'pro',
        address: { city: 'London', zip: 'SW1', lines: [] },
      });
    });

    it('$set takes given fields as they are and leaves the others', () => {
      store.upsert('Customer', [{ id: 'c_1', address: { zip: 'SW1' } }], '$set');
      expect(store.get('Customer', 'c_1')).toMatchObject({ name: 'Ada', address: { zip: 'SW1' } });
      expect(store.get('Customer', 'c_1')?.['address']).toEqual({ zip: 'SW1' });
    });

    it('$replace makes the entity what is given, and nested ones too', () => {
      const changes = store.upsert(
        'Customer',
        [{ id: 'c_1', name: 'Ada', contacts: [{ id: 'k_1' }] }],
        '$replace',
      );
      expect(store.get('Customer', 'c_1')).toEqual({ id: 'c_1', name: 'Ada', contacts: ['k_1'] });
      expect(store.get('Contact', 'k_1')).toEqual({ id: 'k_1' });
      expect(changes).toEqual({
        upserts: { Customer: { c_1: { contacts: ['k_1'] } }, Contact: { k_1: {} } },
        unset: { Customer: { c_1: ['address', 'account'] }, Contact: { k_1: ['name'] } },
        deletes: [],
      });
    });

    it('$replace removes a field that is given as undefined', () => {
      store.upsert('Contact', [{ id: 'k_1', name: undefined }], '$replace');
      expect(store.get('Contact', 'k_1')).toEqual({ id: 'k_1' });
    });
  });

  describe('change sets', () => {
    it('hold changed fields only; a new entity has all of its own', () => {
      const changes = store.upsert('Customer', [
        { id: 'c_1', name: 'Ada', plan: 'pro', contacts: ['k_1', 'k_2', { id: 'k_3', name: 'Barbara' }] },
      ]);
      expect(changes).toEqual({
        upserts: {
          Customer: { c_1: { plan: 'pro', contacts: ['k_1', 'k_2', 'k_3'] } },
          Contact: { k_3: { id: 'k_3', name: 'Barbara' } },
        },
        unset: {},
        deletes: [],
      });
    });

    it('are empty when the same comes twice, and the version stays', () => {
      const { version } = store;
      expect(store.upsert('Customer', [structuredClone(ada)])).toEqual({
        upserts: {},
        unset: {},
        deletes: [],
      });
      expect(store.version).toBe(version);
    });

    it('leave out what a later record of the same draft undid', () => {
      const changes = store.upsert('Contact', [
        { id: 'k_1', name: 'Else' },
        { id: 'k_1', name: 'Grace' },
      ]);
      expect(changes.upserts).toEqual({});
    });

    it('tell a value that became null from one that went', () => {
      expect(store.upsert('Contact', [{ id: 'k_1', name: null }]).upserts).toEqual({
        Contact: { k_1: { name: null } },
      });
    });
  });

  describe('what does not change', () => {
    it('keeps its identity: other entities, other tables, and equal values in changed ones', () => {
      const before = {
        grace: store.get('Contact', 'k_1'),
        account: store.get('Account', 'eu:7'),
        acme: store.get('Customer', 'c_2'),
        address: store.get('Customer', 'c_1')?.['address'],
        contacts: store.get('Customer', 'c_1')?.['contacts'],
      };
      store.upsert('Customer', [{ ...structuredClone(ada), name: 'Ada Lovelace' }], '$set');
      expect(store.get('Customer', 'c_1')?.['name']).toBe('Ada Lovelace');
      expect(store.get('Contact', 'k_1')).toBe(before.grace);
      expect(store.get('Account', 'eu:7')).toBe(before.account);
      expect(store.get('Customer', 'c_2')).toBe(before.acme);
      expect(store.get('Customer', 'c_1')?.['address']).toBe(before.address);
      expect(store.get('Customer', 'c_1')?.['contacts']).toBe(before.contacts);
    });

    it('is not copied with what does: a change makes a new object', () => {
      const before = store.get('Customer', 'c_1');
      store.upsert('Customer', [{ id: 'c_1', name: 'Ada Lovelace' }]);
      expect(before?.['name']).toBe('Ada');
    });
  });

  describe('a record that cannot be used', () => {
    const wrong: [string, unknown, string][] = [
      ['without an id', { name: 'Nobody' }, 'Customer[1]: has no usable id in "id"'],
      ['that is no object', 'c_9', 'Customer[1]: is a string, not an object'],
      ['that is null', null, 'Customer[1]: is null, not an object'],
      [
        'with a list that is none',
        { id: 'c_9', contacts: {} },
        'Customer[1].contacts: is a object, not a list',
      ],
      [
        'with a nested record that has no id',
        { id: 'c_9', contacts: [{ id: 'k_9' }, { name: 'x' }] },
        'Customer[1].contacts[1]: has no usable id',
      ],
      [
        'with a composite id that is not all there',
        { id: 'c_9', account: { region: 'eu' } },
        'Customer[1].account: has no usable id in "ref.no"',
      ],
    ];

    it.each(wrong)('%s is named, and leaves the store as it was', (_, record, message) => {
      const before = structuredClone(store.entities);
      const { version } = store;
      expect(() => store.upsert('Customer', [{ id: 'c_1', name: 'Changed' }, record])).toThrow(
        expect.objectContaining({ code: 'RECORD_INVALID', message: expect.stringContaining(message) }),
      );
      expect(store.entities).toEqual(before);
      expect(store.version).toBe(version);
    });
  });

  describe('removing', () => {
    const remove = (...refs: { name: string; id: string }[]) => {
      const draft = store.draft();
      for (const { name, id } of refs) draft.put(name, id, undefined);
      store.dropReferences(draft, refs);
      return store.commit(draft, 'somebody');
    };

    it('takes the ids out of lists, and out of relations to one', () => {
      const changes = remove({ name: 'Contact', id: 'k_1' }, { name: 'Account', id: 'eu:7' });
      expect(changes).toEqual({
        upserts: { Customer: { c_1: { contacts: ['k_2'], account: null } } },
        unset: {},
        deletes: [
          { name: 'Contact', id: 'k_1' },
          { name: 'Account', id: 'eu:7' },
        ],
        origin: 'somebody',
      });
    });

    it('leaves an entity of another kind alone that has the same id', () => {
      store.upsert('Customer', [{ id: 'k_1', name: 'Same id' }]);
      remove({ name: 'Customer', id: 'k_1' });
      expect(store.get('Customer', 'c_1')?.['contacts']).toEqual(['k_1', 'k_2']);
    });

    it('does nothing for an entity that is not there', () => {
      const { version } = store;
      expect(remove({ name: 'Contact', id: 'k_none' }).deletes).toEqual([]);
      expect(store.version).toBe(version);
    });

    it('keeps the identity of entities that hold none of the removed', () => {
      const acme = store.get('Customer', 'c_2');
      remove({ name: 'Contact', id: 'k_1' });
      expect(store.get('Customer', 'c_2')).toBe(acme);
    });

    it('passes over a list that a start argument gave as something else', () => {
      store = new EntityStore(schema, {
        Customer: { c_1: { contacts: 'k_1' } },
        Contact: { k_1: { id: 'k_1' } },
      });
      remove({ name: 'Contact', id: 'k_1' });
      expect(store.entities).toEqual({ Customer: { c_1: { contacts: 'k_1' } }, Contact: {} });
    });
  });

  describe('keys that objects are born with', () => {
    const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];

    it.each(NAMES)('%s is an id like any other', (id) => {
      expect(store.get('Contact', id)).toBeUndefined();
      const record = JSON.parse(JSON.stringify({ id, name: 'Odd' })) as object;
      expect(store.upsert('Contact', [record]).upserts['Contact']).toHaveProperty([id], { id, name: 'Odd' });
      expect(store.upsert('Contact', [record]).upserts).toEqual({});
      expect(store.get('Contact', id)).toEqual({ id, name: 'Odd' });
      expect(JSON.parse(JSON.stringify(store.entities['Contact']))).toHaveProperty([id]);
    });

    it.each(NAMES)('%s is a field like any other', (field) => {
      const record = JSON.parse(`{"id":"k_1","${field}":{"x":1}}`) as object;
      const changes = store.upsert('Contact', [record]);
      expect(JSON.stringify(changes.upserts)).toBe(`{"Contact":{"k_1":{"${field}":{"x":1}}}}`);
      expect(store.upsert('Contact', [record]).upserts).toEqual({});
      expect(({} as { x?: number }).x).toBeUndefined();
      expect(JSON.stringify(store.denormalize('Contact', 'k_1'))).toContain(`"${field}":{"x":1}`);
    });

    it('constructor is an entity name like any other', () => {
      const odd = new EntityStore(defineSchema({ constructor: {}, toString: {} }));
      expect(odd.get('constructor', 'name')).toBeUndefined();
      odd.upsert('constructor', [{ id: 'name' }]);
      expect(odd.get('constructor', 'name')).toEqual({ id: 'name' });
    });
  });
});
