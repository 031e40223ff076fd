import { describe, expect, it } from 'vitest';
import type { GraphqlCursor, GraphqlQuery } from '../src/index';
import { scripted } from './scripted';

const records = (count: number): readonly { readonly id: number }[] =>
  Array.from({ length: count }, (_, i) => ({ id: i + 1 }));

/** A list beside which a scalar of JSON says what there is, under keys that hold dots. */
const query: GraphqlQuery = {
  document: 'query ($at: Int) { list(at: $at) { items { id } meta } }',
  items: 'list.items',
};

describe('a key of a JSON scalar that holds a dot can be named', () => {
  it.each<[string, NonNullable<GraphqlQuery['pagination']>]>([
    ['cursor', { type: 'cursor', variable: 'at', cursor: 'list.meta.page.next' }],
    ['total', { type: 'offset', variable: 'at', total: 'list.meta.odata.count' }],
    ['hasMore', { type: 'offset', variable: 'at', hasMore: 'list.meta.has.more' }],
    ['isLast', { type: 'offset', variable: 'at', isLast: 'list.meta.is.last' }],
    ['remaining', { type: 'offset', variable: 'at', remaining: 'list.meta.to.come' }],
  ])('by %s', async (_, pagination) => {
    const { load, issues } = await scripted(({ variables: { at = 0 } }) => {
      const to = Math.min(5, Number(at ?? 0) + 2);
      const meta = {
        'page.next': to < 5 ? to : null,
        'odata.count': 5,
        'has.more': to < 5,
        'is.last': to === 5,
        'to.come': 5 - to,
      };
      return { list: { items: records(5).slice(Number(at ?? 0), to), meta } };
    });
    expect(await issues({ ...query, pagination })).toEqual([]);
    const pages = await load({ ...query, pagination });
    expect(pages.flatMap((page) => page.records)).toEqual(records(5));
    expect(pages.at(-1)?.complete).toBe(true);
  });

  it('by incremental.field and incremental.key', async () => {
    const { load, asked } = await scripted(() => ({
      list: [{ fields: { 'System.Id': 1, 'System.ChangedDate': '2026-01-02T00:00:00Z' } }],
    }));
    const incremental = {
      variable: 'since',
      field: 'fields.System.ChangedDate',
      key: 'fields.System.Id',
    };
    const changed: GraphqlQuery = {
      document: 'query ($since: String) { list(since: $since) { fields } }',
      incremental,
    };
    const cursor = (await load(changed)).at(-1)?.cursor as GraphqlCursor;
    expect(cursor).toMatchObject({
      since: '2026-01-02T00:00:00Z',
      seen: { '1': expect.any(String) as string },
    });
    const again = await load(changed, { checkpoint: { cursor } });
    expect(again.flatMap((page) => page.records)).toEqual([]);
    expect(asked[1]?.variables).toEqual({ since: '2026-01-02T00:00:00Z' });
  });
});
