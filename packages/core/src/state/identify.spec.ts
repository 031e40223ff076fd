import { describe, expect, it } from 'vitest';
import { identify } from './identify';

const at = (): string => 'record 3';

describe('identify', () => {
  it('takes the field "id" when nothing else is declared', () => {
    expect(identify({ id: 'k_1' }, undefined, at)).toBe('k_1');
    expect(identify({ id: 'k_1' }, {}, at)).toBe('k_1');
  });

  it('takes another field, and a dotted path into objects', () => {
    expect(identify({ number: 7 }, { idAttribute: 'number' }, at)).toBe('7');
    expect(identify({ ref: { key: { no: 'x' } } }, { idAttribute: 'ref.key.no' }, at)).toBe('x');
  });

  it('prefers a field whose name has a dot to a path', () => {
    expect(identify({ 'ref.no': 'flat', ref: { no: 'deep' } }, { idAttribute: 'ref.no' }, at)).toBe('flat');
  });

  it('joins a composite id so that no two records share one', () => {
    const schema = { idAttribute: ['region', 'ref.no'] };
    expect(identify({ region: 'eu', ref: { no: 1 } }, schema, at)).toBe('eu:1');
    expect(identify({ region: 'a:b', ref: { no: 'c' } }, schema, at)).not.toBe(
      identify({ region: 'a', ref: { no: 'b:c' } }, schema, at),
    );
  });

  it.each([{ id: '\ud800' }, { id: 'k_\udfff', more: 1 }])(
    'refuses half of a surrogate pair: %j',
    (record) => {
      expect(() => identify(record, {}, at)).toThrow('record 3: has an id with half of a surrogate pair');
      expect(() => identify(record, { idAttribute: ['id', 'id'] }, at)).toThrow(/surrogate/);
    },
  );

  it('takes a zero and a bigint as they are written', () => {
    expect(identify({ id: 0 }, {}, at)).toBe('0');
    expect(identify({ id: 9007199254740993n }, {}, at)).toBe('9007199254740993');
  });

  it.each([{}, { id: '' }, { id: null }, { id: true }, { id: {} }, { id: ['k_1'] }])(
    'refuses %j and says where it stands',
    (record) => {
      expect(() => identify(record, {}, at)).toThrow(
        expect.objectContaining({
          code: 'RECORD_INVALID',
          message: expect.stringMatching(/^record 3: has no usable id in "id"/),
        }),
      );
    },
  );

  it('does not take an inherited value for an id', () => {
    expect(() => identify({}, { idAttribute: 'constructor.name' }, at)).toThrow('has no usable id');
    expect(() => identify({ ref: {} }, { idAttribute: ['ref.toString'] }, at)).toThrow('has no usable id');
  });
});
