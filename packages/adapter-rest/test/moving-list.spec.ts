import type { Page } from '@stateful-workflow/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Pagination, RestAdapter, RestAdapterOptions, RestCursor, RestQuery } from '../src/index';
import { adapter, api, failure, loadContext, readAll } from './support';

interface Row {
  readonly id: string;
  readonly at?: number;
}

const rows = (count: number): Row[] => Array.from({ length: count }, (_, i) => ({ id: `t_${i + 1}` }));
const idsOf = (pages: readonly Page<RestCursor>[]): readonly string[] =>
  pages.flatMap((page) => page.records.map((record) => (record as Row).id));

/** A list in tens, of which something changes after the first request. */
async function moving(
  change: (all: Row[]) => void,
  all: Row[] = rows(25),
  {
    newestFirst = false,
    says = ['total'],
  }: { readonly newestFirst?: boolean; readonly says?: readonly string[] } = {},
) {
  let asked = 0;
  const origin = await api((app) =>
    app.get<{ Querystring: Record<string, string | undefined> }>('/list', ({ query }, reply) => {
      const page = query['page'] === undefined ? undefined : Number(query['page']);
      const from = page === undefined ? Number(query['offset'] ?? 0) : (page - 1) * 10;
      const since = Number(query['since'] ?? 0);
      const held = all
        .filter(({ at = 0 }) => at >= since)
        .sort((a, b) => ((a.at ?? 0) - (b.at ?? 0)) * (newestFirst ? -1 : 1));
      const items = held.slice(from, from + 10);
      const more = from + 10 < held.length;
      const next = `/list?page=${(page ?? 1) + 1}${query['since'] === undefined ? '' : `&since=${since}`}`;
      if (more) void reply.header('link', `<${next}>; rel="next"`);
      const answer = {
        items,
        ...(says.includes('total') && { total: held.length }),
        more,
        next: more ? next : null,
      };
      if ((asked += 1) === 1) change(all);
      return answer;
    }),
  );
  return { origin, rest: adapter({ origins: [origin] }) };
}

const LISTS: readonly [string, Pagination][] = [
  ['numbers', { type: 'page', size: 10, hasMore: 'more' }],
  ['offsets with a total', { type: 'offset', limit: 10, total: 'total' }],
  ['links in the body that are page numbers', { type: 'next', next: 'next' }],
  ['Link headers that are page numbers', { type: 'link' }],
];

describe('a list that moves while it is read', () => {
  it.each(LISTS)('proves nothing gone by one sweep: %s', async (_, pagination) => {
    const { origin, rest } = await moving((all) => void all.splice(2, 1));
    const query: RestQuery = { path: '/list', items: 'items', pagination };
    const pages = await readAll(rest, query, loadContext({ apiUrl: origin }));
    expect(idsOf(pages), 't_11 slipped onto the page that was read').not.toContain('t_11');
    expect(pages.at(-1)).toMatchObject({ complete: true, drifts: true });
  });

  it.each(LISTS)('proves nothing gone after a pause: %s', async (_, pagination) => {
    const { origin, rest } = await moving((all) => void all.splice(2, 1));
    const query: RestQuery = { path: '/list', items: 'items', pagination };
    const first = loadContext({ apiUrl: origin });
    for await (const page of rest.load(query, first)) if (page.records.length > 0) break;
    const resumeFrom = JSON.parse(JSON.stringify(first.seen.heartbeats.at(-1))) as RestCursor;
    const pages = await readAll(rest, query, loadContext({ apiUrl: origin, resumeFrom }));
    expect(pages.at(-1)?.complete).toBe(false);
  });

  it('is none that links by what comes after a record', async () => {
    const origin = await api((app) =>
      app.get<{ Querystring: { after?: string } }>('/list', ({ query: { after = '0' } }) => ({
        items: rows(25).slice(Number(after), Number(after) + 10),
        next: Number(after) + 10 < 25 ? `/list?after=${Number(after) + 10}` : null,
      })),
    );
    const query: RestQuery = { path: '/list', items: 'items', pagination: { type: 'next', next: 'next' } };
    const pages = await readAll(adapter({ origins: [origin] }), query, loadContext({ apiUrl: origin }));
    expect(pages.at(-1)).toMatchObject({ complete: true });
    expect(pages.at(-1)).not.toHaveProperty('drifts');
  });

  it.each<[string, Pagination, object, object, boolean]>([
    ['total', { type: 'cursor', cursor: 'next' }, { total: 4 }, { total: 3 }, true],
    ['total that grows', { type: 'cursor', cursor: 'next' }, { total: 3 }, { total: 4 }, true],
    [
      'total that is named',
      { type: 'cursor', cursor: 'next', total: 'anzahl' },
      { anzahl: 4 },
      { anzahl: 3 },
      true,
    ],
    [
      'total beside a link',
      { type: 'next', next: 'link' },
      { meta: { total: 4 } },
      { meta: { total: 3 } },
      true,
    ],
    ['nothing', { type: 'cursor', cursor: 'next' }, { total: 3 }, { total: 3 }, false],
    ['count of the page', { type: 'cursor', cursor: 'next' }, { count: 2 }, { count: 1 }, false],
    ['count of the rest', { type: 'cursor', cursor: 'next' }, { count: 3 }, { count: 1 }, false],
  ])('is one by cursors or links whose pages differ in %s', async (_, pagination, one, two, drifts) => {
    const origin = await api((app) =>
      app.get<{ Querystring: { cursor?: string } }>('/list', ({ query: { cursor } }) =>
        cursor === undefined
          ? { items: rows(2), next: 'k9', link: '/list?cursor=k9', ...one }
          : { items: rows(3).slice(2), next: null, ...two },
      ),
    );
    const pages = await readAll(
      adapter({ origins: [origin] }),
      {
        path: '/list',
        items: 'items',
        pagination,
      },
      loadContext({ apiUrl: origin }),
    );
    expect(pages.at(-1)?.complete).toBe(true);
    expect(pages.at(-1)?.drifts ?? false).toBe(drifts);
  });

  it('is none that fits on one page', async () => {
    const { origin, rest } = await moving(() => {}, rows(5));
    const query: RestQuery = { path: '/list', items: 'items', pagination: { type: 'page', hasMore: 'more' } };
    const pages = await readAll(rest, query, loadContext({ apiUrl: origin }));
    expect(pages).toHaveLength(1);
    expect(pages[0]).not.toHaveProperty('drifts');
  });
});

describe('what a sweep missed', () => {
  it.each<[string, boolean | undefined, RestQuery['item']]>([
    ['t_1', true, { path: '/tickets/{item}', record: 'data' }],
    ['t_404', false, { path: '/tickets/{item}', record: 'data' }],
    ['t_410', false, { path: '/tickets/{item}', record: 'data' }],
    ['t_gone', false, { path: '/tickets/{item}', record: 'data' }],
    ['t/../1', true, { path: '/tickets/{item}', record: 'data' }],
    ['t_1', undefined, undefined],
  ])('is asked for by itself: %s is there, %s', async (id, expected, item) => {
    const origin = await api((app) =>
      app.get<{ Params: { id: string } }>('/tickets/:id', ({ params }, reply) => {
        const [, status] = /_(4\d\d)$/.exec(params.id) ?? [];
        if (status !== undefined) return reply.code(Number(status)).send({});
        return { data: { id: params.id, deleted: params.id === 't_gone' } };
      }),
    );
    const query: RestQuery = { path: '/list', tombstone: 'deleted', ...(item && { item }) };
    const rest = adapter({ origins: [origin] });
    const context = loadContext({ apiUrl: origin });
    expect(await rest.isThere(query, { name: 'Ticket', id }, context)).toBe(expected);
  });

  it('is an error where its answer is one', async () => {
    const origin = await api((app) => app.get('/tickets/:id', (_, reply) => reply.code(500).send({})));
    const query: RestQuery = { path: '/list', item: { path: '/tickets/{item}' } };
    const asked = adapter({ origins: [origin] }).isThere(
      query,
      { name: 'Ticket', id: 't_1' },
      loadContext({ apiUrl: origin }),
    );
    await expect(asked).rejects.toThrow('500');
  });
});

describe('an incremental list by number', () => {
  const timed = (): Row[] => rows(25).map((row, i) => ({ ...row, at: i + 1 }));
  const query: RestQuery = {
    path: '/list',
    items: 'items',
    pagination: { type: 'page', size: 10, hasMore: 'more' },
    incremental: { field: 'at', param: 'since' },
  };

  it('reads the border of a page again when a record that was read moved', async () => {
    const all = timed();
    const { origin, rest } = await moving((held) => (held[2] = { id: 't_3', at: 30 }), all);
    const first = await readAll(rest, query, loadContext({ apiUrl: origin }));
    expect(idsOf(first)).not.toContain('t_11');
    const { cursor } = first.at(-1) as Page<RestCursor>;
    const second = await readAll(rest, query, loadContext({ apiUrl: origin, checkpoint: { cursor } }));
    expect(idsOf(second)).toContain('t_11');
    const { cursor: settled } = second.at(-1) as Page<RestCursor>;
    expect(settled?.since?.value).toBe(30);
  });

  /** Loads again and again: where the next one begins, and what came. */
  function loads(rest: RestAdapter, origin: string, begin?: RestCursor) {
    let cursor = begin;
    const next = async () => {
      const checkpoint = cursor && { cursor };
      const pages = await readAll(
        rest,
        query,
        loadContext({ apiUrl: origin, ...(checkpoint && { checkpoint }) }),
      );
      cursor = pages.at(-1)?.cursor;
      const { value, readTo } = cursor?.since ?? {};
      return { news: idsOf(pages), value, ...(readTo !== undefined && { readTo }) };
    };
    return Object.assign(next, { cursor: () => cursor });
  }

  it('begins no load in the future, where the border of a page can be', async () => {
    const ahead = Date.now() + 86_400_000;
    const all = rows(25).map((row, i) => ({ ...row, at: i < 9 ? i + 1 : ahead + i }));
    const { origin, rest } = await moving((held) => (held[2] = { id: 't_3', at: ahead + 30 }), all);
    const pages = await readAll(rest, query, loadContext({ apiUrl: origin }));
    expect(pages.at(-1)?.cursor?.since?.value).toBe(9);
  });

  it('is read once more from the end of its first page, and is done with then', async () => {
    const { origin, rest } = await moving(() => {}, timed());
    const next = loads(rest, origin);
    expect(await next()).toMatchObject({ value: 10, readTo: 25 });
    expect(await next()).toEqual({ value: 25, news: [] });
    expect(await next()).toEqual({ value: 25, news: [] });
  });

  it('finds what slipped over the border of a page since another was removed', async () => {
    const all = timed();
    const { origin, rest } = await moving((held) => void held.splice(2, 1), all, { says: [] });
    const next = loads(rest, origin);
    expect((await next()).news).not.toContain('t_11');
    expect((await next()).news).toEqual(['t_11']);
    expect(await next()).toEqual({ value: 25, news: [] });
  });

  it('finds what changed among others of its time, just before the border of a page', async () => {
    const all = rows(25).map((row, i) => ({ ...row, at: i < 10 ? 1 : i }));
    const changed = { id: 't_3', at: 1, name: 'changed' };
    const { origin, rest } = await moving(
      (held) => void held.splice(9, 0, changed, ...held.splice(2, 1).slice(1)),
      all,
    );
    const next = loads(rest, origin);
    await next();
    expect((await next()).news).toEqual(['t_3']);
  });

  it('is read again where the newest come first, from the beginning of its last page', async () => {
    const all = timed();
    const { origin, rest } = await moving((held) => void held.splice(22, 1), all, {
      newestFirst: true,
      says: [],
    });
    const next = loads(rest, origin);
    expect((await next()).news).not.toContain('t_15');
    expect((await next()).news).toContain('t_15');
  });

  it('is read again as long as a record comes twice', async () => {
    const all = timed();
    const { origin, rest } = await moving(() => {}, all, { says: [] });
    const next = loads(rest, origin);
    await next();
    const again = await moving((held) => (held[12] = { id: 't_13', at: 30 }), all, { says: [] });
    const third = loads(again.rest, again.origin, next.cursor());
    expect(await third(), 't_20 slipped over the border of the page').toMatchObject({
      value: 19,
      readTo: 30,
    });
    expect((await third()).news).toContain('t_20');
  });

  it('is read again as long as its total differs from page to page', async () => {
    const all = timed();
    const { origin, rest } = await moving(() => {}, all);
    const next = loads(rest, origin);
    await next();
    const again = await moving((held) => void held.splice(12, 1), all);
    expect((await loads(again.rest, again.origin, next.cursor())()).value).toBeLessThan(25);
  });

  it('reads again from where an attempt broke off', async () => {
    const all = timed();
    const { origin, rest } = await moving(() => {}, all);
    const first = loadContext({ apiUrl: origin });
    for await (const page of rest.load(query, first)) if (page.records.length > 0) break;
    all[2] = { id: 't_3', at: 30 };
    const resumeFrom = JSON.parse(JSON.stringify(first.seen.heartbeats.at(-1))) as RestCursor;
    const pages = await readAll(rest, query, loadContext({ apiUrl: origin, resumeFrom }));
    expect(idsOf(pages)).not.toContain('t_11');
    expect(pages.at(-1)?.cursor?.since?.value).toBe(10);
  });

  it('asks for the same in a new attempt, since pages are of one question', async () => {
    const all = timed();
    const asked: unknown[] = [];
    const origin = await api((app) =>
      app.get<{ Querystring: { page: string; since: string } }>('/list', ({ query: { page, since } }) => {
        asked.push(since);
        const held = all.filter(({ at = 0 }) => at >= Number(since));
        return {
          items: held.slice(Number(page) * 10 - 10, Number(page) * 10),
          more: Number(page) * 10 < held.length,
        };
      }),
    );
    const rest = adapter({ origins: [origin] });
    const checkpoint = { cursor: { since: { value: 3, seen: [], sweptAt: Date.now() } } };
    const first = loadContext({ apiUrl: origin, checkpoint });
    const seen: string[] = [];
    for await (const page of rest.load(query, first)) {
      seen.push(...idsOf([page]));
      break;
    }
    const resumeFrom = JSON.parse(JSON.stringify(first.seen.heartbeats.at(-1))) as RestCursor;
    const pages = await readAll(rest, query, loadContext({ apiUrl: origin, checkpoint, resumeFrom }));
    expect([...seen, ...idsOf(pages)]).toEqual(all.slice(2).map(({ id }) => id));
    expect(new Set(asked)).toEqual(new Set(['3']));
  });

  it('reads again what a record that moved before the break let slip', async () => {
    const all = timed();
    const { origin, rest } = await moving((held) => (held[2] = { id: 't_3', at: 30 }), all);
    const first = loadContext({ apiUrl: origin });
    let read = 0;
    for await (const page of rest.load(query, first)) if ((read += page.records.length) > 10) break;
    const resumeFrom = JSON.parse(JSON.stringify(first.seen.heartbeats.at(-1))) as RestCursor;
    const pages = await readAll(rest, query, loadContext({ apiUrl: origin, resumeFrom }));
    expect(idsOf(pages)).toContain('t_3');
    expect(pages.at(-1)?.cursor?.since?.value, 'the border that t_11 slipped over').toBe(10);
  });
});

describe('an unchanged list', () => {
  /** json-server's way: the ETag is of the body, and a 304 has the Link. */
  async function linked(count: number, { by = 'link', in304 = true } = {}) {
    const state = { count, whole: 0 };
    const origin = await api((app) =>
      app.get<{ Querystring: { page?: string; cursor?: string } }>('/list', ({ query, headers }, reply) => {
        const page = Number(query.page ?? query.cursor ?? 1);
        const items = rows(state.count).slice(page * 10 - 10, page * 10);
        const isSame = headers['if-none-match'] === `"${JSON.stringify(items).length}"`;
        if (page * 10 < state.count && (in304 || !isSame)) {
          if (by === 'link') void reply.header('link', `</list?page=${page + 1}>; rel="next"`);
          else void reply.header('x-next', String(page + 1));
        }
        void reply.header('etag', `"${JSON.stringify(items).length}"`);
        if (isSame) return reply.code(304).send();
        state.whole += 1;
        return reply.send(items);
      }),
    );
    const rest = adapter({ origins: [origin] });
    const pagination: Pagination =
      by === 'link' ? { type: 'link' } : { type: 'cursor', header: 'X-Next', param: 'cursor' };
    let cursor: RestCursor | undefined;
    return {
      state,
      async load() {
        const checkpoint = cursor && { cursor };
        const context = loadContext({ apiUrl: origin, ...(checkpoint && { checkpoint }) });
        const pages = await readAll(rest, { path: '/list', pagination }, context);
        cursor = pages.at(-1)?.cursor;
        return { ids: idsOf(pages), unchanged: pages.at(-1)?.unchanged };
      },
    };
  }

  it.each(['link', 'header'])('is none when a 304 says that there is another page: by %s', async (by) => {
    const { state, load } = await linked(20, { by });
    expect((await load()).ids).toHaveLength(20);
    expect(await load(), 'nothing changed, and the header came with each 304').toEqual({
      ids: [],
      unchanged: true,
    });
    state.count = 21;
    expect((await load()).ids).toHaveLength(21);
  });

  it('is none that a 304 does not speak of', async () => {
    const { state, load } = await linked(10);
    expect((await load()).ids).toHaveLength(10);
    state.count = 11;
    expect((await load()).ids).toHaveLength(11);
    const silent = await linked(20, { in304: false });
    await silent.load();
    silent.state.count = 21;
    expect((await silent.load()).ids).toHaveLength(21);
  });
});

describe('a tombstone', () => {
  const load = async (
    list: readonly unknown[],
    query: Partial<RestQuery>,
    options: Partial<RestAdapterOptions> = {},
  ) => {
    const origin = await api((app) =>
      app.get('/list', () => ('items' in query && query.items === undefined ? list : { items: list })),
    );
    const rest = adapter({ origins: [origin], ...options });
    return {
      pages: () =>
        readAll(rest, { path: '/list', items: 'items', ...query }, loadContext({ apiUrl: origin })),
      fails: () =>
        failure(rest, { path: '/list', items: 'items', ...query }, loadContext({ apiUrl: origin })),
      rest,
    };
  };

  it.each<[Partial<RestQuery>, readonly unknown[]]>([
    [{ tombstone: 'deleted' }, [{ id: 1, deleted: true }, { id: 2, deleted: false }, { id: 3 }]],
    [
      { tombstone: 'meta.deletedAt' },
      [
        { id: 1, meta: { deletedAt: '2026-01-01T00:00:00Z' } },
        { id: 2, meta: { deletedAt: null } },
        { id: 3 },
      ],
    ],
    [
      { tombstone: { field: 'status', is: ['archived', 'gone'] } },
      [
        { id: 1, status: 'gone' },
        { id: 2, status: 'open' },
        { id: 3, status: null },
      ],
    ],
  ])('%j removes its record', async (query, list) => {
    const { pages } = await load(list, query);
    const [page] = await pages();
    expect(page).toMatchObject({ removed: [list[0]], records: list.slice(1), complete: true });
  });

  it('is removed by a load of what changed only', async () => {
    const all: unknown[] = [
      { id: 1, at: 1 },
      { id: 2, at: 2 },
    ];
    const incremental = { field: 'at', param: 'since' };
    const { pages } = await load(all, { tombstone: 'deleted', incremental });
    await pages();
    all.push({ id: 1, at: 3, deleted: true });
    expect((await pages()).at(-1)).toMatchObject({ removed: [{ id: 1, at: 3, deleted: true }] });
  });

  it.each(['0001-01-01T00:00:00Z', '2999-01-01T00:00:00Z'])('is none with the date %s', async (deletedAt) => {
    const { pages } = await load([{ id: 1, deletedAt }], { tombstone: 'deletedAt' });
    expect((await pages())[0]).toMatchObject({ records: [{ id: 1 }] });
  });

  it('is one though the schema knows nothing of it', async () => {
    const list = [
      { id: 1, name: 'a' },
      { id: 2, deleted: true },
    ];
    const schemas = { Named: z.object({ id: z.number(), name: z.string() }) };
    const { pages } = await load(list, { tombstone: 'deleted', schema: 'Named' }, { schemas });
    expect(await pages()).toEqual([{ records: [list[0]], removed: [list[1]], complete: true }]);
  });

  it('is over where its record is there again', async () => {
    const [gone, other, again] = [{ id: 1, deleted: true }, { id: 2 }, { id: 1 }];
    const { pages } = await load([gone, other, again], { tombstone: 'deleted' });
    expect(await pages()).toEqual([
      { records: [other], removed: [gone], complete: false },
      { records: [again], complete: true },
    ]);
  });

  it('that is alone in a list is one of a list', async () => {
    const { pages } = await load([{ id: 1, deleted: true }], { tombstone: 'deleted', items: undefined });
    expect((await pages())[0]).toMatchObject({ records: [], removed: [{ id: 1 }] });
  });

  it('that is not understood is an error', async () => {
    const { fails } = await load([{ id: 1, deleted: 'no' }], { tombstone: 'deleted' });
    expect((await fails()).message).toMatch(/^tombstone: .* has a string at "deleted".*is: \[/);
  });

  it('of a source of one record says that it is gone', async () => {
    const origin = await api((app) => app.get('/one', () => ({ id: 1, deleted: true })));
    const rest = adapter({ origins: [origin] });
    const error = await failure(
      rest,
      { path: '/one', tombstone: 'deleted' },
      loadContext({ apiUrl: origin }),
    );
    expect(rest.classify(error).kind).toBe('gone');
  });
});

describe('an incremental value', () => {
  it.each(["x' or 1 eq 1 or x eq '", 'a"b', 'a\\b', 'a\nb'])(
    'ends no text of an expression: %j',
    async (at) => {
      const origin = await api((app) => app.get('/list', () => [{ id: 1, at }]));
      const rest = adapter({ origins: [origin] });
      const incremental = { field: 'at', param: 'filter', expression: "at ge '{since}'" };
      const query: RestQuery = { path: '/list', incremental };
      const [page] = await readAll(rest, query, loadContext({ apiUrl: origin }));
      const checkpoint = { cursor: page?.cursor as RestCursor };
      const error = await failure(rest, query, loadContext({ apiUrl: origin, checkpoint }));
      expect(error.message).toMatch(/^incremental\.expression: would hold a value with a quote/);
      expect(error.message).not.toContain(at);
    },
  );

  it('stands in an expression, and has a first value', async () => {
    const asked: unknown[] = [];
    const origin = await api((app) =>
      app.get('/list', ({ query }) => {
        asked.push((query as { $filter?: string }).$filter);
        return { value: [{ id: 1, 'System.ChangedDate': '2026-01-02T00:00:00Z' }] };
      }),
    );
    const rest = adapter({ origins: [origin] });
    const query: RestQuery = {
      path: '/list',
      items: 'value',
      params: { $filter: "owner eq '{id}'" },
      incremental: {
        field: 'System.ChangedDate',
        param: '$filter',
        expression: "owner eq '{id}' and changed ge {since}",
      },
    };
    const [page] = await readAll(rest, query, loadContext({ apiUrl: origin }));
    const checkpoint = { cursor: page?.cursor as RestCursor };
    await readAll(rest, query, loadContext({ apiUrl: origin, checkpoint }));
    const bare = { ...query, params: undefined };
    const incremental = {
      ...(query.incremental as object),
      sweepFrom: '1970-01-01',
      expression: 'c ge {since}',
    };
    const full = { ...bare, incremental } as RestQuery;
    expect((await readAll(rest, full, loadContext({ apiUrl: origin })))[0]?.complete).toBe(true);
    expect(asked).toEqual([
      "owner eq 'c_42'",
      "owner eq 'c_42' and changed ge 2026-01-02T00:00:00Z",
      'c ge 1970-01-01',
    ]);
  });
});
