import { describe, expect, it } from 'vitest';
import { at } from './values';

describe('at', () => {
  const data = {
    '@odata.nextLink': '/next',
    '@odata': { count: 3 },
    'a.b': { 'c.d': 1, e: 2 },
    a: { b: { e: 3, f: 4 } },
    fields: { 'System.ChangedDate': '2026', System: { Other: 1 } },
    list: [{ id: 7 }],
    empty: null,
  };

  it.each([
    ['@odata.nextLink', '/next'],
    ['@odata.count', 3],
    ['a.b.c.d', 1],
    ['a.b.e', 2],
    ['a.b.f', 4],
    ['fields.System.ChangedDate', '2026'],
    ['fields.System.Other', 1],
    ['list.0.id', 7],
    ['empty', null],
    ['empty.x', undefined],
    ['nothing', undefined],
    ['constructor.name', undefined],
    ['list.length.x', undefined],
  ])('%s', (path, value) => expect(at(data, path)).toEqual(value));
});
