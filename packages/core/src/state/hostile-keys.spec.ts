import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDelete, checkEntities, checkRootData, checkUpdate } from '../contract/payloads';
import { defineSchema, type Entities, many } from '../contract/schema';
import { canonical } from '../worker/canonical';
import { ContentBuilder } from '../worker/content';
import { diffEntities } from './diff';
import { EntityState } from './entity-state';
import type { IntegrationOptions } from './integrate';

const HOSTILE = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '__defineGetter__',
  '__proto__.p',
  'constructor.prototype.p',
];
const ROOT = { name: 'Customer', id: 'c_1' };
const schema = defineSchema({ Customer: { relations: { contacts: many('Contact') } }, Contact: {} });
const OPTIONS: IntegrationOptions = { now: 1_000, maxDeleteRatio: 0.5, minDeleteCount: 10 };

/** An object with one key, as JSON brings it. */
const keyed = (key: string, value: unknown): Record<string, never> =>
  JSON.parse(`{${JSON.stringify(key)}:${JSON.stringify(value)}}`) as Record<string, never>;

/** What is nobody's but the language's. */
const prototypes = (): unknown =>
  [Object.prototype, Object, Array.prototype, Function.prototype, String.prototype].map((each) =>
    Reflect.ownKeys(each).map((key) => [key, Object.getOwnPropertyDescriptor(each, key)]),
  );

describe.each(HOSTILE)('the name %s, chosen by somebody else', (key) => {
  let before: unknown;
  let state: EntityState;
  beforeEach(() => {
    before = prototypes();
    state = new EntityState(ROOT, schema);
  });
  afterEach(() => {
    expect(prototypes()).toEqual(before);
    expect({}).not.toHaveProperty('p');
    expect({}).not.toHaveProperty('points');
  });

  const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
  const contact = (id: string): unknown => json(state.store.get('Contact', id));
  const nested = { ...keyed(key, { points: 25 }) };
  const record = { id: 'k_1', ...keyed(key, { points: 25, p: [keyed(key, 1)] }), deep: keyed(key, nested) };

  it.each(['$merge', '$set', '$replace'] as const)(
    'is a field like any other to an update by %s',
    (strategy) => {
      for (let time = 0; time < 2; time++)
        state.update(checkUpdate({ entityName: 'Contact', data: [record], strategy }));
      expect(contact('k_1')).toEqual(json(record));
      state.update(checkUpdate({ entityName: 'Contact', updates: { Contact: { k_1: keyed(key, null) } } }));
      expect(contact('k_1')).toEqual(json({ ...record, ...keyed(key, null) }));
      state.update(
        checkUpdate({ entityName: 'Contact', updates: { Contact: {} }, unset: { Contact: { k_1: [key] } } }),
      );
      expect(contact('k_1')).toEqual(json({ id: 'k_1', deep: keyed(key, nested) }));
    },
  );

  it('is an id like any other', () => {
    state.update(checkUpdate({ entityName: 'Contact', data: { id: key, name: 'Ada' } }));
    state.update(checkUpdate({ entityName: 'Customer', data: { id: 'c_1', contacts: [key] } }));
    expect(contact(key)).toEqual({ id: key, name: 'Ada' });
    expect(json(state.data)).toMatchObject({ contacts: [{ id: key, name: 'Ada' }] });
    state.delete(checkDelete({ entityName: 'Contact', deletions: { Contact: [key] } }));
    expect(state.store.get('Contact', key)).toBeUndefined();
    expect(json(state.data)).toMatchObject({ contacts: [] });
  });

  it('is a field and an id like any other in start data, start state and the signal data', () => {
    const entities = checkEntities({ Contact: keyed(key, { id: key, ...nested }) }, 'state');
    state.seed({ state: entities, data: checkRootData({ id: 'c_1', contacts: [key], ...nested }) });
    expect(contact(key)).toEqual(json({ id: key, ...nested }));
    expect(json(state.data)).toEqual(json({ id: 'c_1', contacts: [{ id: key, ...nested }], ...nested }));
    state.remove(state.setRoot(checkRootData({ contacts: [], ...keyed(key, 2) })).dropped);
    expect(state.store.get('Contact', key)).toBeUndefined();
    expect(json(state.data)).toEqual(json({ id: 'c_1', contacts: [], ...keyed(key, 2) }));
  });

  it('is refused as the name of an entity that the schema does not have', () => {
    expect(() => state.update({ entityName: key, data: { id: 'x' } })).toThrow(/entityName|schema/);
    expect(() => state.update({ entityName: 'Contact', updates: keyed(key, { x: {} }) })).toThrow(
      /updates|schema/,
    );
  });

  it('comes from a source, is carried, told apart and taken away like any other', () => {
    const load = (records: unknown[]): Entities => {
      const request = { source: 'contacts', entity: ROOT, schema, into: 'contacts', query: {} };
      const builder = new ContentBuilder(request);
      builder.add({ records, complete: true });
      const { entities } = builder.build(undefined, false);
      return json(entities) as Entities;
    };
    const one = load([record, { id: key }]);
    expect(JSON.parse(canonical(one).text)).toEqual(one);
    const take = (content: Parameters<EntityState['integrate']>[1]): void =>
      void state.integrate('contacts', content, OPTIONS);
    take({ entities: one, complete: true });
    state = new EntityState(
      ROOT,
      schema,
      json(state.store.entities) as Entities,
      json(state.carryViews()) as never,
    );
    expect(contact('k_1')).toEqual(json(record));
    const two = load([{ id: 'k_1', ...keyed(key, 3) }]);
    const changes = json(diffEntities(one, two, schema, true)) as never;
    take({ changes });
    expect(json(state.data)).toEqual(json({ contacts: [{ id: 'k_1', ...keyed(key, 3) }] }));
    expect(state.store.get('Contact', key)).toBeUndefined();
  });
});
