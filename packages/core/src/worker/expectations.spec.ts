import { describe, expect, it } from 'vitest';
import type { LoadRequest } from '../contract/load';
import { checkExpected, checkWhole, isIdentified } from './expectations';

const request: LoadRequest = { source: 's', query: {}, entity: { name: 'Customer', id: 'c_1' }, schema: {} };

describe('checkExpected', () => {
  const record = { id: 1, a: { b: 0 }, n: null, '@odata.etag': 'x', fields: { 'System.Id': 7 } };

  it.each([[[]], [['id']], [['id', 'a.b', 'n']], [['@odata.etag']], [['fields.System.Id']]])(
    'takes a record that has %j',
    (expected) => expect(() => checkExpected(record, expected, 'record 0')).not.toThrow(),
  );

  it.each([[['email']], [['id', 'a.c']]])('refuses one that lacks some of %j, and says which', (expected) =>
    expect(() => checkExpected({ id: 1, a: { b: 0 } }, expected, 'record 0')).toThrow(
      new RegExp(`record 0: has no "${expected.at(-1)}", which the source is set to expect`),
    ),
  );
});

describe('isIdentified', () => {
  it('looks for each part of an id', () => {
    expect(isIdentified({ id: 'a' }, undefined)).toBe(true);
    expect(isIdentified({ id: null }, undefined)).toBe(false);
    expect(isIdentified({ error: 'x' }, {})).toBe(false);
    expect(isIdentified({ a: 1, b: { c: 2 } }, { idAttribute: ['a', 'b.c'] })).toBe(true);
    expect(isIdentified({ a: 1 }, { idAttribute: ['a', 'b.c'] })).toBe(false);
    expect(isIdentified(undefined, {})).toBe(false);
  });
});

describe('checkWhole', () => {
  const check =
    (more: Partial<LoadRequest>, records: number, identified = false) =>
    () =>
      checkWhole({ identified }, records, { ...request, ...more });
  const had = { checkpoint: { identified: true } as const };

  it('refuses a root record that loses its id, unless the source says what to expect', () => {
    expect(check(had, 1)).toThrow(/answers without the id of Customer c_1.*expect: \[\]/);
    expect(check(had, 0)).toThrow(/gives no record of Customer c_1/);
    expect(check(had, 1, true)).not.toThrow();
    expect(check({ ...had, expect: [] }, 1)).not.toThrow();
    expect(check({ ...had, expect: ['name'] }, 1)).toThrow(/answers without the id/);
    expect(check({ expect: ['name'] }, 0)).toThrow(/gives no record of Customer c_1, so nothing/);
    expect(check({ ...had, into: 'contacts' }, 1)).not.toThrow();
    expect(check({}, 1)).not.toThrow();
  });

  it('refuses an empty list where the source says so', () => {
    const list = { into: 'contacts' };
    expect(check(list, 0)).not.toThrow();
    expect(check({ ...list, emptyIsError: true }, 0)).toThrow(/^emptyIsError: .*nothing was removed/);
    expect(check({ ...list, emptyIsError: true }, 1)).not.toThrow();
  });
});
