import { InvalidInputError } from '@stateful-workflow/core';
import { describe, expect, it } from 'vitest';
import type { PagePagination, RestQuery } from '../src/index';
import { adapter, api, failure, loadContext, readAll } from './support';

const records = (from: number, to: number): { id: number }[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, index) => ({ id: from + index }));

/** A list of `total` records; `requests` holds the URLs that were asked for. */
async function listApi(total: number, requests: string[] = []): Promise<string> {
  return await api((app) =>
    app.get<{ Querystring: { page: string; pageSize: string } }>('/list', ({ query, raw }) => {
      requests.push(raw.url ?? '');
      const size = Number(query.pageSize);
      const from = (Number(query.page) - 1) * size;
      return { items: records(from, Math.min(total, from + size)), page: { more: from + size < total } };
    }),
  );
}

const paged = (pagination: Partial<PagePagination> & { maxPages?: number } = {}): RestQuery => ({
  path: '/list',
  items: 'items',
  pagination: { type: 'page', size: 10, ...pagination },
});

describe('page pagination', () => {
  it('ends at a page that is empty, not at one that is shorter than size; only the last page is complete', async () => {
    const requests: string[] = [];
    const origin = await listApi(25, requests);
    const context = loadContext({ apiUrl: origin, token: 't' });
    const pages = await readAll(adapter({ origins: [origin] }), { ...paged(), params: { q: 'x' } }, context);
    expect(pages.map(({ complete }) => complete)).toEqual([false, false, false, true]);
    expect(pages.flatMap((page) => page.records)).toEqual(records(0, 25));
    expect(context.seen.heartbeats.map(({ at }) => at?.place)).toEqual([2, 3, 4]);
    expect(context.seen.origins, 'the credential is asked for at each page').toHaveLength(4);
    expect(requests).toEqual([1, 2, 3, 4].map((page) => `/list?q=x&pageSize=10&page=${page}`));
  });

  it.each([
    ['an empty list', 0, [0]],
    ['a list that fills its last page', 20, [10, 10, 0]],
  ])('reads %s to its end', async (_, total, lengths) => {
    const origin = await listApi(total);
    const pages = await readAll(adapter({ origins: [origin] }), paged(), loadContext({ apiUrl: origin }));
    expect(pages.map((page) => page.records.length)).toEqual(lengths);
    expect(pages.map(({ complete }) => complete)).toEqual(
      lengths.map((_, index) => index === lengths.length - 1),
    );
  });

  it('asks hasMore where there is one, and saves the empty page', async () => {
    const origin = await listApi(20);
    const pages = await readAll(
      adapter({ origins: [origin] }),
      paged({ hasMore: 'page.more' }),
      loadContext({ apiUrl: origin }),
    );
    expect(pages.map(({ complete }) => complete)).toEqual([false, true]);
  });

  it('goes on after a short page while hasMore says so', async () => {
    const origin = await api((app) =>
      app.get<{ Querystring: { p: number; n: number } }>('/list', ({ query }) => ({
        items: [{ id: Number(query.p), n: Number(query.n) }],
        more: Number(query.p) < 2,
      })),
    );
    const pages = await readAll(
      adapter({ origins: [origin] }),
      paged({ pageParam: 'p', sizeParam: 'n', size: 7, firstPage: 0, hasMore: 'more' }),
      loadContext({ apiUrl: origin }),
    );
    expect(pages.flatMap((page) => page.records)).toEqual([0, 1, 2].map((id) => ({ id, n: 7 })));
  });

  it('goes on after a short page that links to the next: the API caps its page size', async () => {
    const origin = await api((app) =>
      app.get<{ Querystring: { page: number } }>('/list', ({ query }, reply) => {
        const page = Number(query.page);
        if (page < 3)
          void reply.header('link', `</list?page=1>; rel="first", </list?page=${page + 1}>; rel=next`);
        return [{ id: page }];
      }),
    );
    const pages = await readAll(
      adapter({ origins: [origin] }),
      { path: '/list', pagination: { type: 'page' } },
      loadContext({ apiUrl: origin }),
    );
    expect(pages.flatMap((page) => page.records)).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
  });

  it('notices a server that ignores the page parameter, also when the rest of the body changes', async () => {
    let served = 0;
    const origin = await api((app) => app.get('/list', () => ({ items: records(0, 10), at: (served += 1) })));
    const rest = adapter({ origins: [origin] });
    const error = await failure(rest, paged({ pageParam: 'seite' }), loadContext({ apiUrl: origin }));
    expect(error.message).toContain('the server ignores the page parameter "seite"');
    expect(rest.classify(error).kind).toBe('invalid');
    expect(served).toBe(2);
  });

  it('fails at maxPages instead of cutting the list short', async () => {
    const origin = await listApi(100);
    const rest = adapter({ origins: [origin] });
    const context = loadContext({ apiUrl: origin });
    const error = await failure(rest, paged({ maxPages: 3 }), context);
    expect(error.message).toMatch(/^pagination\.maxPages: the list goes on after 3 pages/);
    expect(rest.classify(error).kind).toBe('invalid');
    expect(context.seen.heartbeats.map(({ at }) => at?.pages)).toEqual([1, 2, 3]);
    expect(await readAll(rest, paged({ maxPages: 11 }), context)).toHaveLength(11);
  });

  it.each([
    [{ items: 'rows' }, /^items: GET http.* has nothing at "rows" where an array/],
    [{ items: 'page' }, /^items: .* has an object at "page"/],
    [{ pagination: { type: 'page', hasMore: 'items' } }, /^pagination\.hasMore: .* has a list at "items"/],
  ] as const)('refuses a body that has not what %j names', async (override, message) => {
    const origin = await listApi(5);
    const rest = adapter({ origins: [origin] });
    const error = await failure(rest, { ...paged(), ...override }, loadContext({ apiUrl: origin }));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).toMatch(message);
  });
});
