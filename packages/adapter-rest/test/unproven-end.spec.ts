import type { FastifyReply } from 'fastify';
import { describe, expect, it } from 'vitest';
import type { Pagination, RestCursor, RestQuery } from '../src/index';
import { adapter, api, failure, loadContext, readAll } from './support';

type Params = Readonly<Record<string, string | undefined>>;
type Answer = (params: Params, reply: FastifyReply) => unknown;

const upTo = (count: number, from = 1): readonly { readonly id: number }[] =>
  Array.from({ length: count }, (_, i) => ({ id: from + i }));
const inTens = (count: number, page = '1') => upTo(count).slice(Number(page) * 10 - 10, Number(page) * 10);

async function list(answer: Answer, query: Partial<RestQuery>) {
  const origin = await api((app) => app.get('/list', ({ query }, reply) => answer(query as Params, reply)));
  const rest = adapter({ origins: [origin] });
  const whole: RestQuery = { path: '/list', ...query };
  return {
    rest,
    load: () => readAll(rest, whole, loadContext({ apiUrl: origin })),
    fails: () => failure(rest, whole, loadContext({ apiUrl: origin })),
  };
}

describe('an end that something in the answers speaks against', () => {
  it.each<[string, Answer, Partial<RestQuery>, string]>([
    [
      'no pagination, and a link',
      () => ({ items: upTo(3), next: '/list?page=2' }),
      { items: 'items' },
      'next',
    ],
    ['no pagination, and a total', () => ({ items: upTo(3), total: 45 }), { items: 'items' }, 'total'],
    [
      'no pagination, and a Link header',
      (_, reply) => reply.header('link', '</list?page=2>; rel="next"').send(upTo(3)),
      {},
      'Link',
    ],
    [
      'what changed only, and a total',
      () => ({ items: upTo(3), meta: { total: 45 } }),
      { items: 'items', incremental: { field: 'id', param: 'since' } },
      'meta.total',
    ],
    [
      'lines, and a Link header',
      (_, reply) => reply.header('link', '</list?page=2>; rel="next"').send('{"id":1}\n'),
      { format: 'ndjson' },
      'Link',
    ],
    [
      'a misspelt cursor',
      () => ({ items: upTo(3), meta: { next: 'b' } }),
      { items: 'items', pagination: { type: 'cursor', cursor: 'meta.nxt' } },
      'meta.next',
    ],
    [
      'a misspelt header',
      (_, reply) => reply.header('x-next-cursor', 'b').send(upTo(3)),
      { pagination: { type: 'cursor', header: 'X-Nxt' } },
      'x-next-cursor',
    ],
    [
      'a misspelt next',
      () => ({ items: upTo(3), next: '/list?page=2' }),
      { items: 'items', pagination: { type: 'next', next: 'links.next' } },
      'next',
    ],
    [
      'a Link that the API has not, but its body',
      () => ({ items: upTo(3), next: '/list?page=2' }),
      { items: 'items', pagination: { type: 'link' } },
      'next',
    ],
    [
      'numbered pages up to a window that the API has',
      ({ page }) => ({ items: inTens(20, page), total: 45 }),
      { items: 'items', pagination: { type: 'page', size: 10 } },
      'total',
    ],
    [
      'an empty page in the middle, and a link in the body',
      ({ page = '1' }) => ({ items: page === '2' ? [] : inTens(30, page), next: page === '3' ? null : 'x' }),
      { items: 'items', pagination: { type: 'page', size: 10 } },
      'next',
    ],
    [
      'a status of the end, and a total',
      ({ page = '1' }, reply) => (page === '2' ? reply.code(404).send({}) : { items: inTens(10), total: 45 }),
      { items: 'items', pagination: { type: 'page', size: 10, endStatus: 404 } },
      'total',
    ],
    [
      'pages that are numbered from 0 and asked for from 1',
      ({ page }) => ({ items: upTo(25).slice(Number(page) * 10, Number(page) * 10 + 10), total: 25 }),
      { items: 'items', pagination: { type: 'page', size: 10 } },
      'total',
    ],
    ...(['next', 'cursor', 'link'] as const).flatMap((type) =>
      [{ has_more: true }, { last: false }, { total_count: 4_500 }].map(
        (said): [string, Answer, Partial<RestQuery>, string] => [
          `a second page that has no next by its "${type}" and says ${JSON.stringify(said)}`,
          ({ p }, reply) => {
            if (p === undefined) void reply.header('link', '</list?p=k7>; rel="next"');
            const next = p === undefined ? (type === 'next' ? '?p=k7' : 'k7') : null;
            return { items: upTo(10, p === undefined ? 1 : 11), next, ...said };
          },
          {
            items: 'items',
            pagination: {
              next: { type: 'next' as const, next: 'next' },
              cursor: { type: 'cursor' as const, cursor: 'next', param: 'p' },
              link: { type: 'link' as const },
            }[type],
          },
          Object.keys(said)[0] ?? '',
        ],
      ),
    ),
  ])('is an error: %s', async (_, answer, query, sign) => {
    const { rest, fails } = await list(answer, query);
    const error = await fails();
    expect(rest.classify(error).kind).toBe('invalid');
    expect(error.message).toMatch(/^pagination: .*ignoreSigns/);
    expect(error.message).toContain(`"${sign}"`);
    const told = await list(answer, { ...query, ignoreSigns: [sign] });
    expect((await told.load()).at(-1)?.records).toBeDefined();
  });

  it('is none where the source names what says that it is over', async () => {
    // Some APIs give a cursor with the last page, too.
    const { load } = await list(() => ({ items: upTo(3), next_cursor: 'b', has_more: false }), {
      items: 'items',
      pagination: { type: 'cursor', cursor: 'next_cursor', hasMore: 'has_more' },
    });
    expect((await load()).at(-1)).toMatchObject({ complete: true });
  });

  it('is none where records come while pages are read', async () => {
    let total = 20;
    const { load } = await list(({ page }) => ({ items: inTens(20, page), total: total++ }), {
      items: 'items',
      pagination: { type: 'page', size: 10 },
    });
    expect((await load()).at(-1)).toMatchObject({ complete: true, drifts: true });
  });
});

describe('what was promised has to come', () => {
  const noContent: Pagination = { type: 'page', size: 10, total: 'total' };
  it.each<[string, Answer, Pagination, RegExp]>([
    [
      'where the number of pages says so (numbered from 0, asked for from 1)',
      ({ page }) => ({ items: upTo(25).slice(Number(page) * 10, Number(page) * 10 + 10), pages: 3 }),
      { type: 'page', size: 10, totalPages: 'pages' },
      /no records at page 3.*number of the first page/,
    ],
    [
      'where a total says so, and the next answer is without content',
      ({ page }, reply) => (page === '2' ? reply.code(204).send() : { items: inTens(30), total: 30 }),
      noContent,
      /answers without content, and the page before promised more/,
    ],
    [
      'where pages in the middle were shorter, and then there is a 404',
      ({ page = '1' }, reply) => {
        const items = [upTo(10), upTo(7, 11), upTo(6, 21)][Number(page) - 1];
        return items === undefined ? reply.code(404).send({}) : { items };
      },
      { type: 'page', size: 10 },
      /^pagination\.endStatus: /,
    ],
    [
      'after a field that records share',
      ({ after = '0' }) => ({ items: [2, 2, 2, 3].filter((t) => t > Number(after)).map((t) => ({ t })) }),
      { type: 'cursor', cursor: { last: 't' }, param: 'after' },
      /^pagination\.cursor: two records .* have the same "t"/,
    ],
  ])('%s', async (_, answer, pagination, message) => {
    const shared: Answer = (params, reply) => {
      const given = answer(params, reply) as { items?: { t?: number }[] };
      return given.items?.[0]?.t === undefined ? given : { items: given.items.slice(0, 2) };
    };
    const { fails } = await list(shared, { items: 'items', emptyAs: 'no content', pagination });
    expect((await fails()).message).toMatch(message);
  });

  it.each<[string, Answer, Partial<RestQuery>]>([
    [
      'past an answer without content whose header names the next page',
      ({ cursor = 'a' }, reply) => {
        const next = { a: 'b', b: 'c' }[cursor];
        if (next !== undefined) void reply.header('x-next', next);
        return cursor === 'b' ? reply.code(204).send() : cursor === 'a' ? upTo(10) : upTo(15, 11);
      },
      { emptyAs: 'no content', pagination: { type: 'cursor', header: 'X-Next' } },
    ],
    [
      'past a total that is that of a capped page',
      ({ page }) => ({ items: inTens(25, page), count: inTens(25, page).length }),
      { items: 'items', pagination: { type: 'page', size: 100, total: 'count' } },
    ],
    [
      'past a list of links that names the next page (FHIR)',
      ({ p }) => ({
        entry: p === undefined ? upTo(10) : upTo(15, 11),
        link: [
          { relation: 'self', url: '/' },
          ...(p === undefined ? [{ relation: 'next', url: '?p=2' }] : []),
        ],
      }),
      { items: 'entry', pagination: { type: 'next', next: 'link' } },
    ],
    [
      'past a total in a Content-Range without a unit (PostgREST)',
      ({ offset = '0' }, reply) =>
        reply
          .header('content-range', `${offset}-${Number(offset) + 9}/25`)
          .send(upTo(25).slice(Number(offset), Number(offset) + 10)),
      { pagination: { type: 'offset', limit: 10, total: { header: 'Content-Range' } } },
    ],
  ])('and is read: %s', async (_, answer, query) => {
    const { load } = await list(answer, query);
    const pages = await load();
    expect(pages.flatMap(({ records }) => records)).toEqual(upTo(25));
    expect(pages.at(-1)?.complete).toBe(true);
  });

  it('ends at a total that the next status confirms', async () => {
    const { load } = await list(
      ({ page }, reply) => (page === '2' ? reply.code(404).send({}) : { items: upTo(10), total: 10 }),
      { items: 'items', pagination: { type: 'page', total: 'total' } },
    );
    expect((await load()).at(-1)).toMatchObject({ complete: true });
  });
});

describe('numbered pages in disguise', () => {
  it.each<[string, Answer, Pagination]>([
    [
      'a cursor that is a page number',
      ({ page = '1' }) => ({ items: inTens(25, page), next_page: page === '3' ? null : Number(page) + 1 }),
      { type: 'cursor', cursor: 'next_page', param: 'page' },
    ],
    [
      'a cursor that is an offset, encoded',
      ({ cursor }) => {
        const page = cursor === undefined ? 1 : Number(atob(cursor).replace(/\D/g, '')) / 10 + 1;
        return { items: inTens(25, String(page)), next: page === 3 ? null : btoa(`{"offset":${page * 10}}`) };
      },
      { type: 'cursor', cursor: 'next' },
    ],
    [
      'a $skiptoken that is an offset (SAP CAP)',
      ({ $skiptoken: skip = '0' }) => ({
        items: upTo(25).slice(Number(skip), Number(skip) + 10),
        ...(Number(skip) < 20 && { '@odata.nextLink': `list?$skiptoken=${Number(skip) + 10}` }),
      }),
      { type: 'next', next: '@odata.nextLink' },
    ],
  ])('prove nothing gone by one sweep: %s', async (_, answer, pagination) => {
    const { load } = await list(answer, { items: 'items', pagination });
    expect((await load()).at(-1)).toMatchObject({ complete: true, drifts: true });
  });
});

describe('a list that is unchanged', () => {
  /** A list whose pages' ETags cover their bodies alone; `grow` adds to it. */
  async function growing(query: Partial<RestQuery>, past: 'status' | 'header' | 'Link', options = {}) {
    let count = 10;
    const origin = await api((app) =>
      app.get('/list', ({ query, headers }, reply) => {
        const { page = '1' } = query as Params;
        const items = inTens(count, page);
        if (items.length === 0) return reply.code(404).send({});
        const next = String(Number(page) + 1);
        if (past !== 'status' && inTens(count, next).length > 0)
          void reply.header(
            past === 'Link' ? 'link' : 'x-next',
            past === 'Link' ? `</list?page=${next}>; rel="next"` : next,
          );
        const etag = `"${items.length}-${items.at(-1)?.id}"`;
        void reply.header('etag', etag);
        return headers['if-none-match'] === etag ? reply.code(304).send() : items;
      }),
    );
    const rest = adapter({ origins: [origin], ...options });
    const whole: RestQuery = { path: '/list', ...query };
    const first = (await readAll(rest, whole, loadContext({ apiUrl: origin }))).at(-1);
    count = 15;
    const { cursor, validators } = first ?? {};
    const checkpoint = { ...(cursor && { cursor: cursor }), ...(validators && { validators }) };
    return { rest, whole, context: () => loadContext({ apiUrl: origin, checkpoint }) };
  }

  it.each<[string, Partial<RestQuery>, 'status' | 'header', object?]>([
    ['a status ends it', { pagination: { type: 'page', size: 10, endStatus: 404 } }, 'status'],
    [
      'a function of the user looks at headers',
      { pagination: { type: 'custom', name: 'mine' } },
      'header',
      {
        paginations: {
          mine: {
            request: (page?: string) => ({ params: { page } }),
            next: ({ headers }: { headers: Record<string, string | undefined> }) => headers['x-next'],
          },
        },
      },
    ],
    [
      'a function of the user says at which',
      { pagination: { type: 'custom', name: 'mine' } },
      'header',
      {
        paginations: {
          mine: {
            request: (page?: string) => ({ params: { page } }),
            next: ({ headers }: { headers: Record<string, string | undefined> }) => headers['x-next'],
            headers: ['X-Next'],
          },
        },
      },
    ],
  ])('is not where a page was added: %s', async (_, query, past, options) => {
    const { rest, whole, context } = await growing(query, past, options);
    const pages = await readAll(rest, whole, context());
    expect(pages.flatMap(({ records }) => records)).toEqual(upTo(15));
  });

  it('is not where one answer held everything and now links to a next page', async () => {
    const { rest, whole, context } = await growing({}, 'Link');
    expect((await failure(rest, whole, context())).message).toContain('"Link"');
  });
});

describe('a new attempt', () => {
  it('goes on where a redirect had led to', async () => {
    const other = await api((app) =>
      app.get('/v2/list', ({ query }) => {
        const { after = '0' } = query as Params;
        return {
          items: upTo(2, Number(after) + 1),
          next: after === '4' ? null : `?after=${Number(after) + 2}`,
        };
      }),
    );
    const origin = await api((app) => app.get('/list', (_, reply) => reply.redirect(`${other}/v2/list`)));
    const rest = adapter({ origins: [origin, other] });
    const query: RestQuery = { path: '/list', items: 'items', pagination: { type: 'next', next: 'next' } };
    const first = loadContext({ apiUrl: origin });
    for await (const page of rest.load(query, first)) if (page.records.length > 0) break;
    const resumeFrom = first.seen.heartbeats.at(-1) as RestCursor;
    const pages = await readAll(rest, query, loadContext({ apiUrl: origin, resumeFrom }));
    expect(pages.flatMap(({ records }) => records)).toEqual(upTo(4, 3));
  });
});
