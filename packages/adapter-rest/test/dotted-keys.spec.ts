import { describe, expect, it } from 'vitest';
import type { Pagination, RestCursor, RestQuery } from '../src/index';
import { adapter, api, failure, loadContext, readAll } from './support';

type Params = Readonly<Record<string, string | undefined>>;

interface Row {
  readonly id: number;
}

const rows = (count: number): readonly Row[] => Array.from({ length: count }, (_, i) => ({ id: i + 1 }));

/** Five records in twos, and a body that says of them what a function does. */
async function load(
  query: Partial<RestQuery>,
  bodyOf: (page: readonly Row[], from: number) => unknown,
  cursor?: RestCursor,
) {
  const asked: Params[] = [];
  const origin = await api((app) =>
    app.get('/list', (request) => {
      const params = request.query as Params;
      asked.push(params);
      const { page, offset, at } = params;
      const from = page === undefined ? Number(offset ?? at ?? 0) : (Number(page) - 1) * 2;
      return bodyOf(rows(5).slice(from, from + 2), from);
    }),
  );
  const rest = adapter({
    origins: [origin],
    selectors: { 'odata.value': (body) => (body as { v: Row[] }).v },
  });
  const checkpoint = cursor && { cursor };
  const context = loadContext({ apiUrl: origin, ...(checkpoint && { checkpoint }) });
  const pages = await readAll(rest, { path: '/list', ...query }, context);
  return { asked, last: pages.at(-1), records: pages.flatMap((page) => page.records) };
}

const page: Pagination = { type: 'page', size: 2 };
const more = (from: number): boolean => from + 2 < 5;

describe('a key that holds a dot can be named', () => {
  it.each<[string, Partial<RestQuery>, (page: readonly Row[], from: number) => unknown]>([
    [
      'by items, at any depth',
      { items: 'd.System.Items', pagination: { type: 'offset', limit: 2, total: 'd.System.Total' } },
      (list) => ({ d: { 'System.Items': list, 'System.Total': 5 } }),
    ],
    [
      'by next',
      { items: '@odata.value', pagination: { type: 'next', next: '@odata.nextLink' } },
      (list, from) => ({ '@odata.value': list, ...(more(from) && { '@odata.nextLink': `?at=${from + 2}` }) }),
    ],
    [
      'by next, which is a link object within another',
      { items: 'v', pagination: { type: 'next', next: 'page.links.odata.next' } },
      (list, from) => ({
        v: list,
        'page.links': { 'odata.next': more(from) ? { href: `?at=${from + 2}` } : null },
      }),
    ],
    [
      'by cursor',
      { items: 'v', pagination: { type: 'cursor', cursor: 'meta.next.at', param: 'at' } },
      (list, from) => ({ v: list, meta: { 'next.at': more(from) ? from + 2 : null } }),
    ],
    [
      'by the cursor of the last record',
      { items: 'v', pagination: { type: 'cursor', cursor: { last: 'System.Id' }, param: 'at' } },
      (list) => ({ v: list.map(({ id }) => ({ id, 'System.Id': id })) }),
    ],
    [
      'by total',
      { items: 'v', pagination: { ...page, total: '@odata.count' } },
      (list) => ({ v: list, '@odata.count': 5 }),
    ],
    [
      'by hasMore',
      { items: 'v', pagination: { ...page, hasMore: 'page.has.more' } },
      (list, from) => ({ v: list, page: { 'has.more': more(from) } }),
    ],
    [
      'by isLast',
      { items: 'v', pagination: { ...page, isLast: 'page.last' } },
      (list, from) => ({ v: list, 'page.last': !more(from) }),
    ],
    [
      'by remaining',
      { items: 'v', pagination: { ...page, remaining: 'page.left' } },
      (list, from) => ({ v: list, 'page.left': Math.max(0, 3 - from) }),
    ],
    [
      'by totalPages',
      { items: 'v', pagination: { ...page, totalPages: '@odata.pages' } },
      (list) => ({ v: list, '@odata.pages': 3 }),
    ],
    [
      'by lastPage',
      { items: 'v', pagination: { ...page, lastPage: '@odata.last' } },
      (list) => ({ v: list, '@odata.last': 3 }),
    ],
    [
      'by selector, which is a name',
      { selector: 'odata.value', pagination: { ...page, hasMore: 'has.more' } },
      (list, from) => ({ v: list, 'has.more': more(from) }),
    ],
  ])('%s', async (_, query, bodyOf) => {
    const { last, records } = await load(query, bodyOf);
    expect(records.map((record) => (record as Row).id)).toEqual([1, 2, 3, 4, 5]);
    expect(last?.complete).toBe(true);
  });

  it.each(['System.ChangedDate', 'fields.System.ChangedDate'])('by incremental.field: %s', async (field) => {
    const query: RestQuery = {
      path: '/list',
      items: 'v',
      incremental: { field, param: 'since', key: 'System.Id' },
    };
    const bodyOf = (): unknown => ({
      v: [1, 2].map((n) => {
        const date = { 'System.ChangedDate': `2026-01-0${n}T00:00:00Z` };
        return { 'System.Id': n, ...(field.startsWith('fields') ? { fields: date } : date) };
      }),
    });
    const first = await load(query, bodyOf);
    expect(first.last).toMatchObject({
      complete: true,
      cursor: { since: { value: '2026-01-02T00:00:00Z' } },
    });
    const second = await load(query, bodyOf, first.last?.cursor);
    expect(second.asked[0]).toEqual({ since: '2026-01-02T00:00:00Z' });
    expect(second.records).toEqual([{ ...(first.records[0] as object) }]);
  });

  it('by record, by tombstone and by that of an item', async () => {
    const gone = { id: 1, 'System.IsDeleted': true };
    const one = await load({ record: '@odata.record' }, () => ({ '@odata.record': { id: 7 } }));
    expect(one.records).toEqual([{ id: 7 }]);
    const list = await load({ items: 'v', tombstone: 'System.IsDeleted' }, () => ({ v: [gone, { id: 2 }] }));
    expect(list.last).toMatchObject({ records: [{ id: 2 }], removed: [gone] });
    const origin = await api((app) => app.get('/items/1', () => ({ '@odata.record': gone })));
    const query: RestQuery = {
      path: '/list',
      tombstone: 'System.IsDeleted',
      item: { path: '/items/{item}', record: '@odata.record' },
    };
    const asked = adapter({ origins: [origin] }).isThere(
      query,
      { name: 'Item', id: '1' },
      loadContext({ apiUrl: origin }),
    );
    expect(await asked).toBe(false);
  });

  it('by ignoreSigns, and what stands beside it is seen', async () => {
    const origin = await api((app) =>
      app.get('/list', (_, reply) =>
        reply.send({ 'd.results': { list: rows(2), 'odata.total': 5, total: 5 } }),
      ),
    );
    const rest = adapter({ origins: [origin] });
    const query: RestQuery = {
      path: '/list',
      items: 'd.results.list',
      ignoreSigns: ['d.results.odata.total'],
    };
    expect((await failure(rest, query, loadContext({ apiUrl: origin }))).message).toContain(
      '"d.results.total"',
    );
    const ignoring = { ...query, ignoreSigns: ['d.results.odata.total', 'd.results.total'] };
    const pages = await readAll(rest, ignoring, loadContext({ apiUrl: origin }));
    expect(pages.at(-1)?.complete).toBe(true);
  });
});
