import { beforeEach, describe, expect, it } from 'vitest';
import type { Patch } from '../contract/load';
import { defineSchema, type Entities, many, one } from '../contract/schema';
import { NO_CHANGES } from './change-set';
import { EntityState } from './entity-state';
import type { Integration, IntegrationOptions, SourceContent } from './integrate';

const schema = defineSchema({
  Customer: { relations: { contacts: many('Contact'), friends: many('Customer'), boss: one('Contact') } },
  Contact: {},
});
const ROOT = { name: 'Customer', id: 'c_1' };
const OPTIONS: IntegrationOptions = { now: 1_000, maxDeleteRatio: 0.5, minDeleteCount: 10 };

const contacts = (...ids: string[]): Entities[string] =>
  Object.fromEntries(ids.map((id) => [id, { id, name: `Name of ${id}` }]));

describe('integrate', () => {
  let state: EntityState;
  beforeEach(() => {
    state = new EntityState(ROOT, schema);
  });

  const take = (
    source: string,
    content: SourceContent,
    options: Partial<IntegrationOptions> = {},
  ): Integration => state.integrate(source, content, { ...OPTIONS, ...options });
  const whole = (source: string, entities: Entities): Integration =>
    take(source, { entities, complete: true });
  const patch = (source: string, changes: Patch): Integration => take(source, { changes });
  /** What a source of contacts gives: its contacts, and the list of them. */
  const listing = (...ids: string[]): Entities => ({
    Contact: contacts(...ids),
    Customer: { c_1: { contacts: ids } },
  });
  const root = (): unknown => state.store.get('Customer', 'c_1');

  describe('a whole content', () => {
    it('becomes the state, and the same again changes nothing', () => {
      expect(whole('contacts', listing('k_1', 'k_2'))).toMatchObject({
        changes: { upserts: listing('k_1', 'k_2'), unset: {}, deletes: [], origin: 'contacts' },
      });
      const kept = state.store.get('Contact', 'k_1');
      expect(whole('contacts', listing('k_1', 'k_2'))).toEqual({
        changes: { ...NO_CHANGES, origin: 'contacts' },
        said: [],
      });
      expect(state.store.get('Contact', 'k_1')).toBe(kept);
    });

    it('takes fields that it no longer holds out of the state', () => {
      whole('profile', { Customer: { c_1: { id: 'c_1', name: 'Ada', plan: 'pro' } } });
      expect(whole('profile', { Customer: { c_1: { id: 'c_1', name: 'Ada' } } })).toMatchObject({
        changes: { upserts: { Customer: { c_1: {} } }, unset: { Customer: { c_1: ['plan'] } } },
      });
      expect(root()).toEqual({ id: 'c_1', name: 'Ada' });
    });

    it('takes entities that it no longer holds out of the state, with the references to them', () => {
      whole('profile', { Customer: { c_1: { boss: 'k_1', contacts: ['k_1'] } }, Contact: contacts('k_1') });
      state.update({ entityName: 'Customer', data: { friends: [{ id: 'c_2', boss: 'k_1' }] } });
      expect(whole('profile', { Customer: { c_1: { boss: null, contacts: [] } } })).toMatchObject({
        changes: { deletes: [{ name: 'Contact', id: 'k_1' }] },
      });
      expect(root()).toMatchObject({ boss: null, contacts: [] });
      expect(state.store.get('Customer', 'c_2')).toEqual({ id: 'c_2', boss: null });
    });

    it('leaves alone what signals brought and no source gave', () => {
      whole('contacts', listing('k_1'));
      state.update({ entityName: 'Contact', data: { id: 'k_9', name: 'Local' } });
      whole('contacts', listing('k_2'));
      expect(state.store.get('Contact', 'k_9')).toEqual({ id: 'k_9', name: 'Local' });
    });

    it('takes an id that the source lists without the entity as it is given, every time', () => {
      whole('contacts', listing('k_1', 'k_2'));
      const dangling = { Contact: contacts('k_1'), Customer: { c_1: { contacts: ['k_1', 'k_2'] } } };
      expect(whole('contacts', dangling)).toMatchObject({
        changes: { deletes: [{ id: 'k_2' }], upserts: {} },
      });
      expect(root()).toEqual({ contacts: ['k_1', 'k_2'] });
      expect(whole('contacts', dangling)).toEqual({
        changes: { ...NO_CHANGES, origin: 'contacts' },
        said: [],
      });
      whole('contacts', listing('k_1', 'k_2'));
      expect(state.data).toEqual({ contacts: Object.values(contacts('k_1', 'k_2')) });
    });
  });

  describe.each(['whole', 'delta'] as const)('local changes, when the source sends a %s', (kind) => {
    /** Gives a field of a contact another value, at the source. */
    const atSource = (id: string, fields: Record<string, string>): void => {
      const next = { Contact: { ...contacts('k_1', 'k_2'), [id]: { ...contacts(id)[id], ...fields } } };
      if (kind === 'whole') whole('contacts', { ...listing('k_1', 'k_2'), ...next });
      else patch('contacts', { set: { Contact: { [id]: fields } } });
    };
    beforeEach(() => void whole('contacts', listing('k_1', 'k_2')));

    it('stay while the source does not change the same field', () => {
      state.update({ entityName: 'Contact', data: { id: 'k_1', name: 'Local', note: 'mine' } });
      atSource('k_1', { phone: '1' });
      expect(state.store.get('Contact', 'k_1')).toEqual({
        id: 'k_1',
        name: 'Local',
        note: 'mine',
        phone: '1',
      });
    });

    it('give way when it does', () => {
      state.update({ entityName: 'Contact', data: { id: 'k_1', name: 'Local' } });
      atSource('k_1', { name: 'Remote' });
      expect(state.store.get('Contact', 'k_1')?.['name']).toBe('Remote');
    });

    it('give way to the same value that was there before: what counts is what the source gave', () => {
      state.update({ entityName: 'Contact', data: { id: 'k_1', name: 'Local' } });
      atSource('k_1', { name: 'Other' });
      state.update({ entityName: 'Contact', data: { id: 'k_1', name: 'Local again' } });
      atSource('k_1', { name: 'Name of k_1' });
      expect(state.store.get('Contact', 'k_1')?.['name']).toBe('Name of k_1');
    });

    it('keep an entity away that was removed, until the source changes it', () => {
      state.delete({ entityName: 'Contact', deletions: { Contact: ['k_1'] } });
      atSource('k_2', { phone: '2' });
      expect(state.store.get('Contact', 'k_1')).toBeUndefined();
      atSource('k_1', { phone: '1' });
      expect(state.store.get('Contact', 'k_1')).toEqual({ id: 'k_1', name: 'Name of k_1', phone: '1' });
    });
  });

  describe('a delta', () => {
    beforeEach(() => void whole('contacts', listing('k_1', 'k_2', 'k_3')));

    it('edits the list that the source gave, not the one that is shown', () => {
      state.update({ entityName: 'Customer', data: { contacts: ['k_9'] } });
      patch('contacts', {
        set: { Contact: contacts('k_4') },
        splice: { Customer: { c_1: { contacts: [3, 0, ['k_4']] } } },
      });
      expect(root()).toEqual({ contacts: ['k_1', 'k_2', 'k_3', 'k_4'] });
    });

    it('removes fields and entities', () => {
      expect(
        patch('contacts', {
          unset: { Contact: { k_2: ['name'] } },
          splice: { Customer: { c_1: { contacts: [0, 1, []] } } },
          deletes: { Contact: ['k_1'] },
        }),
      ).toMatchObject({
        changes: {
          upserts: { Contact: { k_2: {} }, Customer: { c_1: { contacts: ['k_2', 'k_3'] } } },
          unset: { Contact: { k_2: ['name'] } },
          deletes: [{ name: 'Contact', id: 'k_1' }],
          origin: 'contacts',
        },
      });
    });

    it.each(['constructor', '__proto__', 'toString'])('takes %s for an id like any other', (id) => {
      const changes = JSON.parse(
        `{"set":{"Contact":{"${id}":{"name":"Odd"}}},"unset":{"Contact":{"k_1":["name"]}},"splice":{"Customer":{"c_1":{"contacts":[0,0,["${id}"]]}}}}`,
      ) as Patch;
      patch('contacts', changes);
      expect(state.store.get('Contact', id)).toEqual({ name: 'Odd' });
      expect(state.store.get('Contact', 'k_1')).toEqual({ id: 'k_1' });
      patch('contacts', JSON.parse(`{"deletes":{"Contact":["${id}"]}}`) as Patch);
      expect(state.store.get('Contact', id)).toBeUndefined();
    });
  });

  describe('several sources', () => {
    beforeEach(() => {
      whole('profile', {
        Customer: { c_1: { name: 'Ada', boss: 'k_1' } },
        Contact: { k_1: { id: 'k_1', vip: true } },
      });
      whole('contacts', listing('k_1', 'k_2'));
    });

    it('add up in one entity, and each takes away only its own', () => {
      expect(state.store.get('Contact', 'k_1')).toEqual({ id: 'k_1', vip: true, name: 'Name of k_1' });
      expect(whole('contacts', listing('k_2'))).toMatchObject({ changes: { deletes: [] } });
      expect(state.store.get('Contact', 'k_1')).toEqual({ id: 'k_1', vip: true });
      expect(root()).toEqual({ name: 'Ada', boss: 'k_1', contacts: ['k_2'] });
      whole('profile', { Customer: { c_1: { name: 'Ada', boss: null } } });
      expect(state.store.get('Contact', 'k_1')).toBeUndefined();
    });

    it('fall back on the value of the other when one no longer gives a field', () => {
      whole('third', { Contact: { k_1: { id: 'k_1', vip: false, name: 'Third' } } });
      expect(state.store.get('Contact', 'k_1')).toEqual({ id: 'k_1', vip: false, name: 'Third' });
      whole('third', {});
      expect(state.store.get('Contact', 'k_1')).toEqual({ id: 'k_1', vip: true, name: 'Name of k_1' });
    });

    it('see only their own changes: one that did not change does not undo the other', () => {
      whole('third', { Contact: { k_1: { id: 'k_1', name: 'Third' } } });
      expect(whole('contacts', listing('k_1', 'k_2'))).toMatchObject({ changes: { upserts: {} } });
      expect(state.store.get('Contact', 'k_1')?.['name']).toBe('Third');
    });
  });

  describe('a load that is not all there is', () => {
    beforeEach(() => void whole('contacts', listing('k_1', 'k_2')));

    it('adds to the list and removes nothing', () => {
      take('contacts', {
        entities: { Contact: contacts('k_3', 'k_1') },
        complete: false,
        append: { field: 'contacts', ids: ['k_3', 'k_1'] },
      });
      expect(root()).toEqual({ contacts: ['k_1', 'k_2', 'k_3'] });
      expect(Object.keys(state.store.entities['Contact'] ?? {})).toEqual(['k_1', 'k_2', 'k_3']);
    });

    it('begins the list when there is none', () => {
      take('friends', {
        entities: { Customer: { c_2: { id: 'c_2' } } },
        complete: false,
        append: { field: 'friends', ids: ['c_2'] },
      });
      expect(root()).toEqual({ contacts: ['k_1', 'k_2'], friends: ['c_2'] });
    });

    it('adds to the list also when the root is nested in a record', () => {
      take('contacts', {
        entities: { Contact: contacts('k_3'), Customer: { c_1: { id: 'c_1' } } },
        complete: false,
        append: { field: 'contacts', ids: ['k_3'] },
      });
      expect(root()).toEqual({ id: 'c_1', contacts: ['k_1', 'k_2', 'k_3'] });
    });

    it('removes what it says is gone, for good', () => {
      const gone = { entities: {}, complete: false, deletes: [{ name: 'Contact', id: 'k_1' }] };
      expect(take('contacts', gone)).toMatchObject({
        changes: { deletes: [{ name: 'Contact', id: 'k_1' }] },
      });
      expect(root()).toEqual({ contacts: ['k_2'] });
      take('contacts', {
        entities: { Contact: contacts('k_3') },
        complete: false,
        append: { field: 'contacts', ids: ['k_3'] },
      });
      expect(root()).toEqual({ contacts: ['k_2', 'k_3'] });
    });

    it('does not remove what another source gave', () => {
      whole('profile', { Contact: { k_9: { id: 'k_9' } } });
      take('contacts', { entities: {}, complete: false, deletes: [{ name: 'Contact', id: 'k_9' }] });
      expect(state.store.get('Contact', 'k_9')).toEqual({ id: 'k_9' });
    });
  });

  describe('the root entity', () => {
    it('is never removed; fields that its source gave go', () => {
      whole('profile', { Customer: { c_1: { id: 'c_1', name: 'Ada' } } });
      state.update({ entityName: 'Customer', data: { note: 'mine' } });
      expect(whole('profile', {})).toMatchObject({ changes: { deletes: [] } });
      expect(root()).toEqual({ note: 'mine' });
      take('profile', { entities: {}, complete: false, deletes: [ROOT] });
      expect(root()).toEqual({ note: 'mine' });
    });

    it('is not removed by a data signal that takes it out of a list of its own', () => {
      state.setRoot({ name: 'Ada', friends: ['c_1', { id: 'c_2' }] });
      state.remove(state.setRoot({ friends: [] }).dropped);
      expect(root()).toEqual({ name: 'Ada', friends: [] });
      expect(state.store.get('Customer', 'c_2')).toBeUndefined();
    });
  });

  describe('the breaker', () => {
    const many = Array.from({ length: 19 }, (_, i) => `k_${i}`);
    beforeEach(() => void whole('contacts', listing(...many)));

    it('refuses a sweep that would remove too much, and takes in nothing of it', () => {
      const before = structuredClone(state.store.entities);
      const sweep = {
        Contact: { k_0: { id: 'k_0', name: 'Changed' } },
        Customer: { c_1: { contacts: ['k_0'] } },
      };
      expect(whole('contacts', sweep)).toEqual({ refused: { deletes: 18, of: 20 } });
      expect(state.store.entities).toEqual(before);
      expect(take('contacts', { entities: sweep, complete: true }, { maxDeleteRatio: 1 })).toHaveProperty(
        'changes',
      );
    });

    it('counts what a delta removes', () => {
      expect(patch('contacts', { deletes: { Contact: many.slice(0, 11) } })).toEqual({
        refused: { deletes: 11, of: 20 },
      });
    });

    it('lets go exactly the part that is allowed', () => {
      expect(whole('contacts', listing(...many.slice(10)))).toHaveProperty('changes');
    });

    it('counts an entity once that is named as gone and no longer listed', () => {
      const gone = many.slice(0, 10);
      expect(
        take('contacts', {
          entities: listing(...many.slice(10)),
          complete: true,
          deletes: gone.map((id) => ({ name: 'Contact', id })),
        }),
      ).toHaveProperty('changes');
    });

    it('does not look at a source of ten entities or fewer', () => {
      state = new EntityState(ROOT, schema);
      whole('contacts', listing(...many.slice(0, 9)));
      expect(whole('contacts', { Customer: { c_1: { contacts: [] } } })).toHaveProperty('changes');
    });
  });
});
