import { describe, expect, it } from 'vitest';
import { type Check, listOf, object, oneOf, optional, shape, tableOf, text } from './check';
import { InvalidInputError } from './errors';

const word = text('a word', 'tea', (given) => /^\w+$/.test(given));
const order = shape<{ drink: string; size?: 's' | 'l'; extras?: readonly string[] }>(
  { drink: word, size: optional(oneOf('s', 'l')), extras: optional(listOf(word), '["milk"]') },
  'order',
);

/** What a check says of a value that it refuses. */
function refusal(check: () => unknown): string {
  try {
    check();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidInputError);
    return (error as Error).message;
  }
  throw new Error('It was not refused.');
}

describe('what a check says', () => {
  it.each<readonly [check: Check<unknown>, value: unknown, message: string]>([
    [word, 'a b', 'f: is not a word. Give one such as "tea".'],
    [word, 'a'.repeat(801), 'f: is not a word. Give one such as "tea".'],
    [oneOf('s', 'l'), 'm', 'f: is not one of "s", "l". Give one such as "s".'],
    [object('{ a: 1 }'), [], 'f: is not an object. Give one such as { a: 1 }.'],
    [object('{ a: 1 }'), null, 'f: is not an object. Give one such as { a: 1 }.'],
    [listOf(word), {}, 'f: is not a list. Give one such as ["tea"].'],
    [listOf(word), ['a', 1], 'f[1]: is not a word. Give one such as "tea".'],
    [tableOf(word, listOf(word)), [], 'f: is not an object. Give one such as { "tea": ["tea"] }.'],
    [tableOf(word, listOf(word)), { '-': [] }, 'f: is not a word. Give one such as "tea".'],
    [tableOf(word, listOf(word)), { a: [''] }, 'f.a[0]: is not a word. Give one such as "tea".'],
    [order, 1, 'f: is not an object. Give one such as { drink: "tea", extras: ["milk"] }.'],
    [order, { drink: 1 }, 'f.drink: is not a word. Give one such as "tea".'],
  ])('%#: %j', (check, value, message) => {
    expect(refusal(() => check(value, 'f'))).toBe(message);
  });

  it('names a payload, and its fields by their own names', () => {
    expect(refusal(() => order(undefined))).toMatch(/^order: /);
    expect(refusal(() => order({ drink: 'tea', extras: [' '] }))).toMatch(/^extras\[0\]: /);
  });

  it('shows no more of a key than is needed to find it', () => {
    const long = 'k'.repeat(500);
    expect(refusal(() => tableOf(word, word)({ [long]: 1 }, 'f'))).toMatch(/^f\.k{80}: /);
  });
});

describe('what a check gives back', () => {
  it('is the known fields of an object that have a value', () => {
    expect(order({ drink: 'tea', size: null, extras: undefined, tip: 5 })).toStrictEqual({ drink: 'tea' });
  });

  it('is a table as it was given', () => {
    const table = { a: 'b' };
    expect(tableOf(word, word)(table, 'f')).toBe(table);
  });
});
