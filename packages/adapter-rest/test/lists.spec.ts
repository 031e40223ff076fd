import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { RestCursor, RestQuery } from '../src/index';
import { adapter, api, closed, failure, loadContext, readAll, signalled } from './support';

/** A list of three pages, by cursor or by number, each with an ETag of its own; what was asked, and what fails. */
async function listApi() {
  const pages = [['a', 'b'], ['c', 'd'], ['e']];
  const asked: string[] = [];
  const state = { failAt: -1, etags: true };
  const origin = await api((app) =>
    app.get<{ Querystring: { cursor?: string; page?: string } }>('/list', ({ query, headers }, reply) => {
      const at = query.page === undefined ? Number(query.cursor ?? 0) : Number(query.page) - 1;
      const given = headers['if-none-match'];
      asked.push(`${at}${given === undefined ? '' : ` ${given}`}`);
      if (at === state.failAt) return reply.code(503).header('retry-after', '3').send();
      const etag = `"${pages[at]?.join('')}"`;
      if (state.etags) void reply.header('etag', etag);
      if (given === etag) return reply.code(304).send();
      const next = at + 1 < pages.length ? at + 1 : null;
      return { data: (pages[at] ?? []).map((id) => ({ id })), next, more: next !== null };
    }),
  );
  return { origin, pages, asked, state };
}

const byCursor: RestQuery = { path: '/list', items: 'data', pagination: { type: 'cursor', cursor: 'next' } };
const byNumber: RestQuery = {
  path: '/list',
  items: 'data',
  pagination: { type: 'page', size: 2, hasMore: 'more' },
};

describe('pages with validators', () => {
  it('are asked for anew each, and are unchanged together', async () => {
    const { origin, pages, asked } = await listApi();
    const rest = adapter({ origins: [origin] });
    const first = await readAll(rest, byCursor, loadContext({ apiUrl: origin }));
    const cursor = first.at(-1)?.cursor;
    expect(cursor?.pages).toEqual([{ etag: '"ab"' }, { at: 1, etag: '"cd"' }, { at: 2, etag: '"e"' }]);

    const checkpoint = { cursor: cursor as RestCursor };
    const context = loadContext({ apiUrl: origin, checkpoint });
    expect(await readAll(rest, byCursor, context)).toEqual([
      { records: [], unchanged: true, cursor, complete: false },
    ]);
    expect(context.seen.counts.get('http_not_modified')).toBe(3);
    expect(asked.slice(3)).toEqual(['0 "ab"', '1 "cd"', '2 "e"']);

    pages[1] = ['c', 'x'];
    const changed = await readAll(rest, byCursor, loadContext({ apiUrl: origin, checkpoint }));
    expect(changed.flatMap(({ records }) => records)).toHaveLength(5);
    expect(changed.at(-1)).toMatchObject({ complete: true, cursor: { pages: [{}, { etag: '"cx"' }, {}] } });
    expect(asked.slice(6)).toEqual(['0 "ab"', '1 "cd"', '0', '1', '2']);
  });

  it('are not kept when one has none', async () => {
    const { origin, state } = await listApi();
    state.etags = false;
    const pages = await readAll(adapter({ origins: [origin] }), byCursor, loadContext({ apiUrl: origin }));
    expect(pages.at(-1)).not.toHaveProperty('cursor');
  });

  it('are not kept when they are too many for history', async () => {
    const origin = await api((app) =>
      app.get<{ Querystring: { page: string } }>('/list', ({ query }, reply) => {
        void reply.header('etag', `"${'x'.repeat(60)}${query.page}"`);
        return { data: [{ id: Number(query.page) }], more: Number(query.page) < 40 };
      }),
    );
    const pages = await readAll(adapter({ origins: [origin] }), byNumber, loadContext({ apiUrl: origin }));
    expect(pages).toHaveLength(40);
    expect(pages.at(-1)).not.toHaveProperty('cursor');
  });
});

describe('the page ahead', () => {
  it('is asked for while the one before is taken in, and let go when the load is left', async () => {
    const asked = signalled<Socket>();
    const origin = await api((app) =>
      app.get<{ Querystring: { cursor?: string } }>('/list', ({ query, raw }, reply) => {
        if (query.cursor === undefined) return reply.send({ data: [{ id: 1 }], next: 'b' });
        // Never answered.
        asked.resolve(raw.socket);
        return reply.hijack();
      }),
    );
    for await (const page of adapter({ origins: [origin] }).load(byCursor, loadContext({ apiUrl: origin }))) {
      expect(page.records).toEqual([{ id: 1 }]);
      await asked.promise;
      break;
    }
    await closed(await asked.promise);
  });
});

describe('a new attempt', () => {
  it.each([
    ['a list by cursor, and it is whole', byCursor, true],
    ['a list by number, and it proves nothing gone', byNumber, false],
  ])('goes on with %s', async (_, query, complete) => {
    const { origin, asked, state } = await listApi();
    state.failAt = 2;
    const first = loadContext({ apiUrl: origin });
    const error = await failure(adapter({ origins: [origin] }), query, first);
    expect(adapter({ origins: [origin] }).classify(error)).toMatchObject({
      kind: 'throttled',
      retryAfterMs: 3_000,
    });
    const resumeFrom = first.seen.heartbeats.at(-1);
    expect(resumeFrom?.at).toMatchObject({ pages: 2, records: 4 });

    state.failAt = -1;
    asked.length = 0;
    const second = loadContext({ apiUrl: origin, resumeFrom });
    const pages = await readAll(adapter({ origins: [origin] }), query, second);
    expect(asked).toEqual(['2']);
    expect(pages).toEqual([{ records: [{ id: 'e' }], complete }]);
  });

  it('counts pages and records of the one before', async () => {
    const { origin } = await listApi();
    const at = { place: 2, pages: 2, records: 4, startedAt: 1, full: true };
    const load = (limits: object) =>
      failure(
        adapter({ origins: [origin] }),
        { ...byCursor, ...limits },
        loadContext({ apiUrl: origin, resumeFrom: { at } }),
      );
    expect((await load({ maxRecords: 4 })).message).toContain('brings the load to 5 records');
    const pagination = { type: 'cursor', cursor: 'next', maxPages: 2 };
    expect((await load({ pagination })).message).toContain('goes on after 2 pages');
  });

  it('goes on with what was seen of an incremental source', async () => {
    const origin = await api((app) =>
      app.get<{ Querystring: { cursor?: string } }>('/list', ({ query }) =>
        query.cursor === undefined
          ? { data: [{ id: 1, at: 9 }], next: 'b' }
          : { data: [{ id: 2, at: 5 }], next: null },
      ),
    );
    const query: RestQuery = { ...byCursor, incremental: { field: 'at', param: 'since' } };
    const rest = adapter({ origins: [origin] });
    const first = loadContext({ apiUrl: origin });
    for await (const page of rest.load(query, first)) {
      expect(page.complete).toBe(false);
      break;
    }
    const second = loadContext({ apiUrl: origin, resumeFrom: first.seen.heartbeats[0] });
    const [page] = await readAll(rest, query, second);
    expect(page).toMatchObject({ records: [{ id: 2 }], complete: true, cursor: { since: { value: 9 } } });
  });
});
