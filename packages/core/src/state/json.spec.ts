import { describe, expect, it } from 'vitest';
import type { Json } from '../contract/schema';
import { equalJson, mergeJson, setField } from './json';

describe('equalJson', () => {
  it.each<[unknown, unknown]>([
    [1, 1],
    [NaN, NaN],
    [null, null],
    [{ a: [1, { b: null }] }, { a: [1, { b: null }] }],
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    [{ a: 1, gone: undefined }, { a: 1 }],
  ])('%j equals %j', (a, b) => {
    expect(equalJson(a, b)).toBe(true);
    expect(equalJson(b, a)).toBe(true);
  });

  it.each<[unknown, unknown]>([
    [1, '1'],
    [0, false],
    [null, undefined],
    [null, {}],
    [[], {}],
    [[1], [1, 2]],
    [
      [1, 2],
      [2, 1],
    ],
    [{ a: 1 }, { a: 1, b: null }],
    [{ constructor: 1 }, {}],
    [{ a: { b: 1 } }, { a: { b: 2 } }],
  ])('%j does not equal %j', (a, b) => {
    expect(equalJson(a, b)).toBe(false);
    expect(equalJson(b, a)).toBe(false);
  });
});

describe('mergeJson', () => {
  it('merges plain objects key by key, at any depth, and replaces everything else', () => {
    const held: Json = { a: { b: 1, c: [1, 2] }, d: 'x' };
    expect(mergeJson(held, { a: { c: [3], e: null }, d: { f: 1 } })).toEqual({
      a: { b: 1, c: [3], e: null },
      d: { f: 1 },
    });
    expect(held).toEqual({ a: { b: 1, c: [1, 2] }, d: 'x' });
  });

  it('keeps what it holds, and every part of it, where nothing differs', () => {
    const held: Json = { a: { b: [1] }, c: { d: 1 } };
    expect(mergeJson(held, { a: { b: [1] } })).toBe(held);
    const merged = mergeJson(held, { c: { d: 2 } }) as typeof held;
    expect(merged.a).toBe(held.a);
  });

  it('treats __proto__ as a key', () => {
    const given = JSON.parse('{"__proto__":{"polluted":1}}') as Json;
    const merged = mergeJson({ a: 1 }, given);
    expect(Object.keys(merged as object)).toEqual(['a', '__proto__']);
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe('setField', () => {
  it('makes __proto__ a field that JSON writes', () => {
    const fields: Record<string, Json> = {};
    setField(fields, '__proto__', { x: 1 });
    expect(JSON.stringify(fields)).toBe('{"__proto__":{"x":1}}');
    expect(Object.getPrototypeOf(fields)).toBe(Object.prototype);
  });
});
