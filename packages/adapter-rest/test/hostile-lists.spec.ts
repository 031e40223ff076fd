import type { FastifyReply } from 'fastify';
import { describe, expect, it } from 'vitest';
import type { Pagination, RestQuery } from '../src/index';
import { adapter, answering, api, failure, loadContext, readAll } from './support';

type Params = Readonly<Record<string, string | undefined>>;
type Answer = (params: Params, reply: FastifyReply) => unknown;

const upTo = (count: number, from = 1): readonly { readonly id: number }[] =>
  Array.from({ length: count }, (_, i) => ({ id: from + i }));
const page = (count: number, number = '1', size = 10) =>
  upTo(count).slice(Number(number) * size - size, Number(number) * size);

async function list(answer: Answer, query: Partial<RestQuery>, options = {}) {
  const origin = await api((app) => app.get('/list', ({ query }, reply) => answer(query as Params, reply)));
  const rest = adapter({ origins: [origin], ...options });
  const whole: RestQuery = { path: '/list', ...query };
  return {
    rest,
    load: () => readAll(rest, whole, loadContext({ apiUrl: origin })),
    fails: () => failure(rest, whole, loadContext({ apiUrl: origin })),
  };
}

const cursor: Pagination = { type: 'cursor', cursor: 'next' };

describe('an answer that says in its envelope that it is none, or not all', () => {
  it.each<[string, string, unknown, Partial<RestQuery>]>([
    ['success', 'a list', { items: [], success: false }, {}],
    ['ok', 'a list', { items: [], ok: false }, {}],
    ['error', 'a list', { items: [], error: 'maintenance' }, {}],
    ['errors', 'a list', { items: upTo(2), errors: [{ code: 7 }] }, {}],
    ['meta.error', 'a list', { items: [], meta: { error: { code: 7 } } }, {}],
    [
      'incomplete_results',
      "GitHub's search",
      { items: upTo(2), total_count: 2, incomplete_results: true },
      {},
    ],
    ['timed_out', 'Elasticsearch', { timed_out: true, hits: { hits: upTo(2) } }, { items: 'hits.hits' }],
    [
      'success',
      'the last page by its cursor',
      { items: [], success: false, next: null },
      { pagination: cursor },
    ],
    [
      'error',
      'the last page by what the source names',
      { items: [], error: 'x', more: false },
      { pagination: { type: 'page', hasMore: 'more' } },
    ],
  ])('is no end: "%s" of %s', async (sign, _, body, query) => {
    const whole = { items: 'items', ...query };
    const { fails } = await list(() => body, whole);
    expect((await fails()).message).toMatch(`says at "${sign}" that it is an error, or not all`);
    const { load } = await list(() => body, { ...whole, ignoreSigns: [sign] });
    expect((await load()).at(-1)?.complete).toBe(true);
  });

  it('is no end on a page in the middle, either', async () => {
    const { fails } = await list(
      ({ cursor: at }) =>
        at === undefined ? { items: upTo(2), error: 'one shard', next: 'b' } : { items: [], next: null },
      { items: 'items', pagination: cursor },
    );
    expect((await fails()).message).toContain('"error"');
  });

  it.each([
    { error: null },
    { error: '' },
    { error: false },
    { error: 0 },
    { errors: [] },
    { errors: {} },
    { errors: { name: null } },
    { success: true },
    { ok: 1 },
    { incomplete_results: false },
    { timed_out: false },
  ])('is one that says %j', async (said) => {
    const { load } = await list(() => ({ items: upTo(2), ...said }), { items: 'items' });
    expect((await load()).at(-1)?.complete).toBe(true);
  });
});

describe('an end that is odd', () => {
  it.each<[string, Answer, Partial<RestQuery>, RegExp]>([
    [
      'a server that gives the last page again for those beyond',
      ({ page: n }) => ({ items: page(25, Number(n) > 3 ? '3' : n) }),
      { pagination: { type: 'page', size: 10 } },
      /two pages .* are the same/,
    ],
    [
      'a server that gives the first page again for those beyond',
      ({ page: n }) => ({ items: page(20, String(((Number(n) - 1) % 2) + 1)) }),
      { pagination: { type: 'page', size: 10, maxPages: 20 } },
      /goes on after 20 pages/,
    ],
    [
      'hasMore that is 1',
      () => ({ items: upTo(2), more: 1 }),
      { pagination: { type: 'page', hasMore: 'more' } },
      /has a number at "more" where a boolean/,
    ],
    [
      'hasMore that goes missing',
      ({ page: n }) => (n === '1' ? { items: upTo(10), more: true } : { items: upTo(5, 11) }),
      { pagination: { type: 'page', size: 10, hasMore: 'more' } },
      /has nothing at "more"/,
    ],
    [
      'a total that goes missing',
      ({ offset }) => (offset === '0' ? { items: upTo(10), total: 25 } : { items: upTo(5, 11), total: null }),
      { pagination: { type: 'offset', limit: 10, total: 'total' } },
      /has null at "total"/,
    ],
    [
      'a total that is below nought',
      () => ({ items: upTo(2), total: -1 }),
      { pagination: { type: 'offset', total: 'total' } },
      /total: .* where a number is expected/,
    ],
    [
      'a part of a list (206)',
      (_, reply) =>
        reply
          .code(206)
          .header('content-range', 'items 0-9/25')
          .send({ items: upTo(10) }),
      {},
      /answered 206/,
    ],
    [
      'a page that turns into one record',
      ({ page: n }) => (n === '1' ? { items: upTo(10) } : { items: { id: 11 } }),
      { pagination: { type: 'page', size: 10 } },
      /^items: .* has an object at "items"/,
    ],
    [
      'a link to the same page without a word',
      (_, reply) => reply.header('link', '<>; rel="next"').send({ items: upTo(2) }),
      { pagination: { type: 'link' } },
      /two pages .* are the same|was read before/,
    ],
  ])('is an error: %s', async (_, answer, query, message) => {
    const { fails } = await list(answer, { items: 'items', ...query });
    expect((await fails()).message).toMatch(message);
  });

  it('is one where the number of pages fell, and the page that was counted is empty', async () => {
    const { load } = await list(
      ({ page: n }) => ({ items: n === '3' ? [] : page(20, n), pages: n === '1' ? 3 : n === '2' ? 3 : 2 }),
      { items: 'items', pagination: { type: 'page', size: 10, totalPages: 'pages' } },
    );
    expect((await load()).at(-1)).toMatchObject({ complete: true, drifts: true });
  });

  it.each([null, false, ''])('is one where a function of the user gives %j', async (end) => {
    const { load } = await list(
      ({ after = '0' }) => page(5, String(Number(after) / 2 + 1), 2),
      { pagination: { type: 'custom', name: 'mine' } },
      {
        paginations: {
          mine: {
            request: (after?: number) => ({ params: { after } }),
            next: ({ records }: { records: readonly { id: number }[] }) =>
              records.length < 2 ? end : records.at(-1)?.id,
            stable: true,
          },
        },
      },
    );
    const pages = await load();
    expect(pages.flatMap(({ records }) => records)).toEqual(upTo(5));
    expect(pages.at(-1)?.complete).toBe(true);
  });

  it('is none where a function of the user gives what is no place', async () => {
    const { fails } = await list(
      () => upTo(2),
      { pagination: { type: 'custom', name: 'mine' } },
      { paginations: { mine: { request: () => ({}), next: () => true } } },
    );
    expect((await fails()).message).toMatch(/^pagination\.name: .*has a boolean at what "mine" gives/);
  });

  it('is none of lines whose packing is of a name that packs nothing', async () => {
    const origin = await answering(
      'HTTP/1.0 200 OK\r\ncontent-type: application/x-ndjson\r\ncontent-encoding: zebra\r\n\r\n{"id":1}',
    );
    const rest = adapter({ origins: [origin] });
    const error = await failure(rest, { path: '/x', format: 'ndjson' }, loadContext({ apiUrl: origin }));
    expect(error.message).toMatch(/does not prove that they were all/);
  });
});

describe('a 304 whose headers say that there is more', () => {
  it.each(['x-next-page', 'x-next-cursor', 'x-has-more'])('is not unchanged: %s', async (name) => {
    let more = false;
    const origin = await api((app) =>
      app.get('/list', ({ headers }, reply) => {
        void reply.header('etag', '"a"');
        if (more) void reply.header(name, name === 'x-has-more' ? 'true' : '2');
        return headers['if-none-match'] === '"a"' ? reply.code(304).send() : upTo(2);
      }),
    );
    const rest = adapter({ origins: [origin] });
    const [first] = await readAll(rest, { path: '/list' }, loadContext({ apiUrl: origin }));
    const checkpoint = { validators: first?.validators ?? {} };
    const again = () => loadContext({ apiUrl: origin, checkpoint });
    expect((await readAll(rest, { path: '/list' }, again()))[0]?.unchanged).toBe(true);
    more = true;
    expect((await failure(rest, { path: '/list' }, again())).message).toContain(`"${name}"`);
  });
});
