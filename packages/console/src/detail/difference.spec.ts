import { expect, it } from 'vitest';
import { differenceOf } from './difference';

it('tells what came, what changed and what went, field by field', () => {
  const before = {
    Customer: { c: { id: 'c', plan: 'free', tags: ['a'], old: 1 } },
    Contact: { k: { id: 'k' } },
  };
  const after = {
    Customer: { c: { id: 'c', plan: 'pro', tags: ['a'], fresh: null } },
    Ticket: { t: { id: 't' } },
  };
  expect(differenceOf(before, after)).toEqual([
    {
      name: 'Customer',
      id: 'c',
      kind: 'changed',
      fields: [
        { field: 'plan', before: 'free', after: 'pro' },
        { field: 'old', before: 1 },
        { field: 'fresh', after: null },
      ],
    },
    { name: 'Contact', id: 'k', kind: 'removed', fields: [{ field: 'id', before: 'k' }] },
    { name: 'Ticket', id: 't', kind: 'added', fields: [{ field: 'id', after: 't' }] },
  ]);
  expect(differenceOf(after, structuredClone(after))).toEqual([]);
});

it('takes names that objects have by themselves for names', () => {
  const state = JSON.parse('{"__proto__":{"constructor":{"toString":"x"}}}') as Parameters<
    typeof differenceOf
  >[0];
  expect(differenceOf({}, state)).toHaveLength(1);
});
