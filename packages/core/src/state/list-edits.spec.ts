import { describe, expect, it } from 'vitest';
import { defineSchema, many, one } from '../contract/schema';
import type { UpdatePayload } from '../contract/wire';
import { isEmpty } from './change-set';
import { EntityState } from './entity-state';
import { joined } from './list-edits';

const schema = defineSchema({
  Customer: { relations: { contacts: many('Contact'), account: one('Account') } },
  Contact: { idAttribute: ['site', 'key'], relations: { phones: many('Phone') } },
  Account: {},
  Phone: {},
});

const stateOf = (contacts: readonly string[] = ['k_1', 'k_2']): EntityState =>
  new EntityState({ name: 'Customer', id: 'c_1' }, schema, { Customer: { c_1: { name: 'Ada', contacts } } });
const after = (payload: Omit<UpdatePayload, 'entityName'>, entityName = 'Customer'): EntityState => {
  const state = stateOf();
  state.update({ entityName, ...payload });
  return state;
};

describe('what is added to lists and taken out of them', () => {
  it('leaves everything else as it is', () => {
    const { store } = after({ add: { contacts: ['k_3', 'k_1'] }, remove: { contacts: ['k_2', 'k_none'] } });
    expect(store.entities).toEqual({ Customer: { c_1: { name: 'Ada', contacts: ['k_1', 'k_3'] } } });
  });

  it('takes in entities, and what is nested in them', () => {
    const { store } = after({ add: { contacts: [{ site: 'eu', key: 7, phones: [{ id: 'p' }] }] } });
    expect(store.get('Customer', 'c_1')?.['contacts']).toEqual(['k_1', 'k_2', 'eu:7']);
    expect(store.get('Contact', 'eu:7')).toEqual({ site: 'eu', key: 7, phones: ['p'] });
    expect(store.get('Phone', 'p')).toEqual({ id: 'p' });
  });

  it.each<readonly [string, Omit<UpdatePayload, 'entityName'>]>([
    ['by id', { id: 'eu:7', add: { phones: ['p'] } }],
    ['by data', { data: { site: 'eu', key: 7 }, add: { phones: ['p'] } }],
  ])('is about the entity that is named %s', (_, payload) => {
    expect(after(payload, 'Contact').store.get('Contact', 'eu:7')).toMatchObject({ phones: ['p'] });
  });

  it('comes after what the same update gives, which is no edit then', () => {
    const state = stateOf();
    const edits: unknown[] = [];
    const add = { contacts: ['k_9'] };
    state.update({ entityName: 'Customer', data: { name: 'B', contacts: ['k_3'] }, add }, (done) =>
      edits.push(done),
    );
    expect(state.store.get('Customer', 'c_1')).toEqual({ name: 'B', contacts: ['k_3', 'k_9'] });
    expect(edits).toEqual([]);
    state.update({ entityName: 'Customer', data: { name: 'C' }, add }, (done) => edits.push(done));
    expect(edits).toEqual([{ Customer: { c_1: { contacts: { add: ['k_9'], remove: [] } } } }]);
  });

  it.each<readonly [string, UpdatePayload]>([
    ['an entity that is not there', { entityName: 'Contact', id: 'eu:7', remove: { phones: ['p'] } }],
    ['a list that was never given', { entityName: 'Customer', id: 'c_2', remove: { contacts: ['k_1'] } }],
    ['a list that does not hold it', { entityName: 'Customer', remove: { contacts: ['k_none'] } }],
  ])('makes nothing where something is taken out of %s, and is an edit all the same', (_, payload) => {
    const state = stateOf();
    state.update({
      entityName: 'Customer',
      data: { site: 'eu' },
      updates: { Customer: { c_2: { name: 'B' } } },
    });
    const before = structuredClone(state.store.entities);
    const edits: unknown[] = [];
    expect(isEmpty(state.update(payload, (done) => edits.push(done)))).toBe(true);
    expect(state.store.entities).toEqual(before);
    expect(edits).toHaveLength(1);
    // As runs did that began before.
    state.leavesAbsent = () => false;
    expect(isEmpty(state.update(payload))).toBe(payload.id === undefined);
  });

  it.each<readonly [string, UpdatePayload]>([
    [
      'add.kontacts: is not a relation of Customer. Use one of contacts.',
      { entityName: 'Customer', add: { kontacts: [] } },
    ],
    [
      'remove.account: leads to one Account, and not to a list. Set it with data. Use one of contacts.',
      { entityName: 'Customer', remove: { account: ['a'] } },
    ],
    [
      'add.name: is not a relation of Account. Account has no lists',
      { entityName: 'Account', id: 'a', add: { name: [] } },
    ],
    [
      'id: is missing, and Contact is not the root entity of this workflow. Give the id of the Contact',
      { entityName: 'Contact', add: { phones: ['p'] } },
    ],
    [
      'remove.contacts: names "k_1", which add.contacts adds. Name it in one of them.',
      { entityName: 'Customer', add: { contacts: ['k_1'] }, remove: { contacts: ['k_1'] } },
    ],
    [
      'add.contacts[1]: has no usable id in "key"',
      { entityName: 'Customer', add: { contacts: ['k', { site: 'eu' }] } },
    ],
    ['add.contacts: is a string, not a list', { entityName: 'Customer', add: { contacts: 'k_1' as never } }],
    [
      'remove.contacts[0]: is not a text',
      { entityName: 'Customer', remove: { contacts: [{ id: 'k' } as never] } },
    ],
    [
      'add.__proto__: is not a relation',
      { entityName: 'Customer', add: JSON.parse('{"__proto__":["x"]}') as never },
    ],
  ])('is refused whole: %s', (message, payload) => {
    const state = stateOf();
    const { version } = state.store;
    expect(() => state.checkUpdate(payload)).toThrow(message);
    expect(() => state.update(payload)).toThrow(message);
    expect(state.store.version).toBe(version);
  });

  it('adds up to one edit that does the same', () => {
    const first = { add: ['a', 'b'], remove: ['c'] };
    expect(joined(undefined, first)).toEqual(first);
    expect(joined(first, { add: ['c', 'd'], remove: ['a'] })).toEqual({
      add: ['b', 'c', 'd'],
      remove: ['a'],
    });
  });
});
