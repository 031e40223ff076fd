import { describe, expect, it } from 'vitest';
import { defineSchema, type Entities, many, one } from '../contract/schema';
import { diffEntities } from './diff';
import { applySplice, spliceOf } from './splice';

const schema = defineSchema({
  Customer: { relations: { contacts: many('Contact'), account: one('Contact') } },
  Contact: {},
});
const before: Entities = {
  Customer: { c_1: { id: 'c_1', name: 'Ada', account: 'k_1', contacts: ['k_1', 'k_2', 'k_3'], tags: ['a'] } },
  Contact: { k_1: { id: 'k_1', name: 'Grace' }, k_2: { id: 'k_2' }, k_3: { id: 'k_3', at: { x: 1 } } },
};

/** A copy with some of its first customer's fields changed. */
const customer = (fields: Entities[string][string]): Entities => ({
  ...structuredClone(before),
  Customer: { c_1: { ...before['Customer']?.['c_1'], ...fields } },
});

describe('diffEntities', () => {
  it('finds nothing between equal contents', () => {
    expect(diffEntities(before, structuredClone(before), schema, true)).toBeUndefined();
    expect(diffEntities({}, {}, schema, true)).toBeUndefined();
  });

  it('gives changed fields only', () => {
    expect(diffEntities(before, customer({ name: 'Ada L.', account: null }), schema, true)).toEqual({
      set: { Customer: { c_1: { name: 'Ada L.', account: null } } },
    });
  });

  it('gives all fields of a new entity, also when it has none', () => {
    const after: Entities = { ...before, Contact: { ...before['Contact'], k_4: { id: 'k_4' }, k_5: {} } };
    expect(diffEntities(before, after, schema, true)).toEqual({
      set: { Contact: { k_4: { id: 'k_4' }, k_5: {} } },
    });
  });

  it('names fields that went, and tells them from fields that became null', () => {
    const { id = '', account = '', contacts = [], tags = [] } = before['Customer']?.['c_1'] ?? {};
    const rest = { id, account, contacts, tags };
    expect(diffEntities(before, { ...before, Customer: { c_1: rest } }, schema, true)).toEqual({
      unset: { Customer: { c_1: ['name'] } },
    });
    expect(diffEntities(before, customer({ name: null }), schema, true)).toEqual({
      set: { Customer: { c_1: { name: null } } },
    });
  });

  it('edits a list of a relation, and gives any other list whole', () => {
    const after = customer({ contacts: ['k_1', 'k_4', 'k_2', 'k_3'], tags: ['a', 'b'] });
    expect(diffEntities(before, after, schema, true)).toEqual({
      set: { Customer: { c_1: { tags: ['a', 'b'] } } },
      splice: { Customer: { c_1: { contacts: [1, 0, ['k_4']] } } },
    });
  });

  it('gives a relation whole that was or becomes no list', () => {
    expect(diffEntities(before, customer({ contacts: null }), schema, true)?.set).toEqual({
      Customer: { c_1: { contacts: null } },
    });
    expect(diffEntities(customer({ contacts: null }), before, schema, true)?.set).toEqual({
      Customer: { c_1: { contacts: ['k_1', 'k_2', 'k_3'] } },
    });
  });

  it('names entities that went only when the content is all there is', () => {
    const after: Entities = {
      Customer: before['Customer'] ?? {},
      Contact: { k_1: { id: 'k_1', name: 'Grace' } },
    };
    expect(diffEntities(before, after, schema, true)).toEqual({ deletes: { Contact: ['k_2', 'k_3'] } });
    expect(diffEntities(before, after, schema, false)).toBeUndefined();
    expect(diffEntities(before, {}, schema, true)?.deletes).toEqual({
      Customer: ['c_1'],
      Contact: ['k_1', 'k_2', 'k_3'],
    });
  });

  it('sees a change deep within a value', () => {
    const after: Entities = {
      ...before,
      Contact: { ...before['Contact'], k_3: { id: 'k_3', at: { x: 2 } } },
    };
    expect(diffEntities(before, after, schema, true)).toEqual({
      set: { Contact: { k_3: { at: { x: 2 } } } },
    });
  });

  it.each(['constructor', 'toString'])('takes %s for a name like any other', (key) => {
    const odd = JSON.parse(`{"${key}":{"${key}":{"${key}":["a"],"x":1}}}`) as Entities;
    const none = JSON.parse(`{"${key}":{}}`) as Entities;
    const patch = (from: Entities, to: Entities): unknown => {
      const found = diffEntities(from, to, schema, true);
      return found && (JSON.parse(JSON.stringify(found)) as unknown);
    };
    expect(patch(odd, structuredClone(odd))).toBeUndefined();
    expect(patch({}, odd)).toEqual({ set: odd });
    expect(patch(none, odd)).toEqual({ set: odd });
    expect(patch(odd, none)).toEqual(JSON.parse(`{"deletes":{"${key}":["${key}"]}}`));
    const changed = JSON.parse(`{"${key}":{"${key}":{"${key}":["b"]}}}`) as Entities;
    expect(patch(odd, changed)).toMatchObject(JSON.parse(`{"unset":{"${key}":{"${key}":["x"]}}}`) as object);
  });
});

describe('spliceOf', () => {
  it.each<[string, string, [number, number, string]]>([
    ['abc', 'abc', [3, 0, '']],
    ['', 'ab', [0, 0, 'ab']],
    ['ab', '', [0, 2, '']],
    ['abc', 'abxc', [2, 0, 'x']],
    ['abc', 'ac', [1, 1, '']],
    ['abc', 'axc', [1, 1, 'x']],
    ['aa', 'aaa', [2, 0, 'a']],
    ['aaa', 'aa', [2, 1, '']],
    ['abc', 'cba', [0, 3, 'cba']],
  ])('%j → %j', (from, to, [start, remove, insert]) => {
    const splice = spliceOf([...from], [...to]);
    expect(splice).toEqual([start, remove, [...insert]]);
    expect(applySplice([...from], splice)).toEqual([...to]);
  });
});
