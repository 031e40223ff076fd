import { describe, expect, it } from 'vitest';
import { canonical, ordered } from './canonical';

describe('canonical()', () => {
  it('is the same for equal content, whatever the order of keys', () => {
    const one = canonical({ A: { x: { a: 1, b: { c: [1, 2], d: null } } }, B: {} });
    const other = canonical({ B: {}, A: { x: { b: { d: null, c: [1, 2] }, a: 1 } } });
    expect(other).toEqual(one);
    expect(one.digest).toMatch(/^[\w-]{22}$/);
  });

  it.each([
    ['another value', { A: { x: { a: 2 } } }],
    ['another order of a list', { A: { x: { a: [2, 1] } } }],
    ['another type', { A: { x: { a: '1' } } }],
    ['another id', { A: { y: { a: 1 } } }],
    ['nothing', {}],
  ])('differs for %s', (_, entities) => {
    const base = canonical({ A: { x: { a: 1 } } });
    const list = canonical({ A: { x: { a: [1, 2] } } });
    expect([base.digest, list.digest]).not.toContain(canonical(entities).digest);
  });
});

describe('ordered()', () => {
  it('sorts the keys of each object, at every depth, and of objects whose keys differ in number or name', () => {
    const given = [{ b: 1, a: 2 }, { b: 1 }, { c: { z: 1, y: [{ q: 1, p: 2 }] }, a: 0 }, { b: 3, a: 4 }];
    expect(JSON.stringify(ordered(given))).toBe(
      '[{"a":2,"b":1},{"b":1},{"a":0,"c":{"y":[{"p":2,"q":1}],"z":1}},{"a":4,"b":3}]',
    );
  });

  it('does not copy what is in order, and leaves what it was given as it is', () => {
    const inOrder = { a: 1, b: [1, { c: 2 }] };
    expect(ordered(inOrder)).toBe(inOrder);
    const given = { a: inOrder, b: { z: 1, y: 2 } };
    const result = ordered(given) as typeof given;
    expect(result.a).toBe(inOrder);
    expect(Object.keys(given.b)).toEqual(['z', 'y']);
  });

  it('keeps a key __proto__ as a key', () => {
    const given = JSON.parse('{"b":1,"__proto__":{"d":1,"c":2},"a":3}') as unknown;
    expect(JSON.stringify(ordered(given))).toBe('{"__proto__":{"c":2,"d":1},"a":3,"b":1}');
  });

  it('leaves out what JSON leaves out', () => {
    expect(canonical({ b: undefined, a: [undefined, null] }).text).toBe('{"a":[null,null]}');
  });
});
