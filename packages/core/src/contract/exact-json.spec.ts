import { describe, expect, it } from 'vitest';
import { parseExactJson } from './exact-json';

describe('parseExactJson', () => {
  it.each<[string, unknown]>([
    [
      '[{"id":9007199254740992},{"id":9007199254740993}]',
      [{ id: '9007199254740992' }, { id: '9007199254740993' }],
    ],
    ['{"next_cursor":1909699624467843944}', { next_cursor: '1909699624467843944' }],
    [
      '[9007199254740991,-9007199254740991,-9007199254740993]',
      [9007199254740991, -9007199254740991, '-9007199254740993'],
    ],
    [
      '{"a":1234567890.12345678,"b":99999999999.9999999}',
      { a: '1234567890.12345678', b: '99999999999.9999999' },
    ],
    ['[0.30000000000000004, 0.12345678901234567]', [0.30000000000000004, '0.12345678901234567']],
    ['[1e2,1E+2,1.50,100000000000000000000,-0.0]', [100, 100, 1.5, 1e20, -0]],
    ['12345678901234567890', '12345678901234567890'],
    ['[\n  12345678901234567890\n]', ['12345678901234567890']],
    ['[1e400,1e-400]', ['1e400', '1e-400']],
    ['[1e0400,12345678901234567891e-2,1.5e-300,1e99]', ['1e0400', '12345678901234567891e-2', 1.5e-300, 1e99]],
    // Beside one of 16 digits that survives.
    ['[52.100500000000004,9007199254740993]', [52.100500000000004, '9007199254740993']],
    [`[${'9'.repeat(400)}]`, ['9'.repeat(400)]],
    [
      '{"a":"12345678901234567890","b":12345678901234567890}',
      { a: '12345678901234567890', b: '12345678901234567890' },
    ],
    // What looks like a number stays what it is within a string.
    [
      String.raw`{"t":"x\",12345678901234567890,\\","n":[12345678901234567890]}`,
      { t: 'x",12345678901234567890,\\', n: ['12345678901234567890'] },
    ],
    // The last of two counts, with such a number beside them and without.
    ['{"a":1,"a":2,"n":12345678901234567890}', { a: 2, n: '12345678901234567890' }],
    ['{"a":12345678901234567890,"a":2}', { a: 2 }],
  ])('reads %s', (text, value) => expect(parseExactJson(text)).toEqual(value));

  it.each([
    '',
    '{',
    '{12345678901234567890:1}',
    '[012345678901234567890]',
    '[12345678901234567890.]',
    '[+12345678901234567890]',
    '[1234567890123456789012345 12]',
  ])('takes %j for no JSON', (text) => expect(() => parseExactJson(text)).toThrow(SyntaxError));

  it('refuses a number beyond all where it is told to, and quotes nothing', () => {
    expect(() => parseExactJson('{"a":[1,-1e400]}', { refuse: true })).toThrow(RangeError);
    expect(() => parseExactJson('{"a":[1,-1e400]}', { refuse: true })).not.toThrow(/1e400/);
    expect(parseExactJson('{"a":"1e400","b":1e300}', { refuse: true })).toEqual({ a: '1e400', b: 1e300 });
    expect(parseExactJson(`[${'9'.repeat(400)}]`, { refuse: true })).toEqual(['9'.repeat(400)]);
  });

  it('refuses more levels than a workflow can hold where it is told to', () => {
    const nested = (levels: number): string => `${'['.repeat(levels)}1${']'.repeat(levels)}`;
    expect(() => parseExactJson(nested(10_000), { refuse: true })).toThrow(
      /^is nested more than 100 levels deep/,
    );
    expect(parseExactJson(nested(100), { refuse: true })).toHaveLength(1);
  });

  it('is like JSON.parse in what a prototype is', () => {
    const read = parseExactJson('{"__proto__":{"n":12345678901234567890}}') as object;
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(Object.hasOwn(read, '__proto__')).toBe(true);
  });
});
