import { describe, expect, it } from 'vitest';
import { isNumberedCursor, isNumberedLink } from './numbered';

describe('isNumberedLink', () => {
  it.each([
    ['/list', '/list?page=2', 10, true],
    ['/list?page=2&size=10', '/list?page=3&size=10', 10, true],
    ['/list?page[number]=1', '/list?page[number]=2', 10, true],
    ['/list?$skip=10', '/list?$skip=20', 10, true],
    ['/list?at=10', '/list?at=20', 10, true],
    ['/list/page/2', '/list/page/3', 10, true],
    ['/list', '/list?cursor=eyJpZCI6MTB9', 10, false],
    ['/list?after=10', '/list?after=20', 10, false],
    ['/list?since_id=10', '/list?since_id=20', 10, false],
    ['/list?at=10', '/list?at=4711', 10, false],
    ['/list?size=10', '/list?size=10&token=5', 5, false],
    ['/list?$skiptoken=10', '/list?$skiptoken=20', 10, true],
    [`/list`, `/list?cursor=${btoa('offset:10')}`, 10, true],
    [`/list`, `/list?cursor=${btoa('{"page":2}')}`, 10, true],
  ])('%s → %s', (from, to, size, expected) => {
    const base = 'https://x.example.com';
    expect(isNumberedLink(new URL(from, base), new URL(to, base), size)).toBe(expected);
  });
});

describe('isNumberedCursor', () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const records = (ids: readonly number[]) => ids.map((id) => ({ id }));

  it.each([
    [undefined, base64('arrayconnection:9'), records([1, 2]), true],
    ['a', base64('offset:20'), records([1, 2]), true],
    ['a', base64('place:20'), records([1, 2]), false],
    [undefined, 2, records([7, 8]), true],
    ['2', '4', records([7, 8]), true],
    [2, 8, records([7, 8]), false],
    [undefined, 2, records([1, 2]), false],
    [undefined, { id: 2 }, records([1, 2]), false],
    [undefined, 'opaque', [], false],
    [undefined, base64('{"offset":10}'), records([1, 2]), true],
    [undefined, base64('{"id":10}'), records([1, 2]), false],
    [undefined, { page: 2 }, records([1, 2]), true],
  ])('%j → %j', (from, next, list, expected) => expect(isNumberedCursor(from, next, list)).toBe(expected));

  it.each([
    [['page', 'next'], true],
    [['after', 'meta.next_page'], true],
    [['cursor', 'meta.nextOffset'], true],
    [['cursor', 'meta.next'], false],
  ])('2 of %j', (names, expected) =>
    expect(isNumberedCursor(undefined, 2, records([7, 8, 9]), names)).toBe(expected),
  );
});
