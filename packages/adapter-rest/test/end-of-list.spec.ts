import type { FastifyReply } from 'fastify';
import { describe, expect, it } from 'vitest';
import type { Pagination, RestAdapter, RestQuery } from '../src/index';
import { adapter, answering, api, failure, loadContext, readAll } from './support';

type Params = Readonly<Record<string, string | undefined>>;
type Answer = (params: Params, reply: FastifyReply, origin: string) => unknown;

const records = (count: number): readonly { readonly id: number }[] =>
  Array.from({ length: count }, (_, i) => ({ id: i + 1 }));

/** An API with one list, and what loads it. */
async function list(answer: Answer, pagination: Pagination | undefined, more: Partial<RestQuery> = {}) {
  let origin = '';
  let requests = 0;
  const handler = ({ query }: { query: unknown }, reply: FastifyReply): unknown => {
    requests += 1;
    return answer(query as Params, reply, origin);
  };
  origin = await api((app) => void app.get('/list', handler).get('/list/:n', handler));
  const rest: RestAdapter = adapter({ origins: [origin] });
  const query: RestQuery = { path: '/list', ...(pagination && { pagination }), ...more };
  return {
    requests: () => requests,
    rest,
    query,
    context: () => loadContext({ apiUrl: origin }),
    async load() {
      const pages = await readAll(rest, query, loadContext({ apiUrl: origin }));
      return {
        ids: pages.flatMap((page) => page.records.map((record) => (record as { id: number }).id)),
        last: pages.at(-1),
      };
    },
    fails: () => failure(rest, query, loadContext({ apiUrl: origin })),
  };
}

const upTo = (count: number): readonly number[] => records(count).map(({ id }) => id);

describe('a list is read to its end', () => {
  it.each<[string, number, Pagination, Answer, Partial<RestQuery>?]>([
    [
      'by a link under a key that holds a dot (OData)',
      5,
      { type: 'next', next: '@odata.nextLink' },
      ({ skip = '0' }, _, origin) => ({
        value: records(5).slice(Number(skip), Number(skip) + 2),
        ...(Number(skip) + 2 < 5 && { '@odata.nextLink': `${origin}/list?skip=${Number(skip) + 2}` }),
      }),
      { items: 'value' },
    ],
    ...['_links.next', 'links.next', 'next'].map(
      (next): [string, number, Pagination, Answer, Partial<RestQuery>] => [
        `by a link object at ${next} (HAL, JSON:API)`,
        4,
        { type: 'next', next },
        ({ page = '1' }) => {
          const link = page === '1' ? { href: '/list?page=2', meta: {} } : { href: null };
          const [outer = '', inner] = next.split('.');
          return {
            data: records(4).slice(Number(page) * 2 - 2, Number(page) * 2),
            [outer]: inner ? { [inner]: link } : link,
          };
        },
        { items: 'data' },
      ],
    ),
    [
      'by a Link in single quotes',
      4,
      { type: 'link' },
      ({ page = '1' }, reply) => {
        if (page === '1') void reply.header('link', "</list?page=2>; rel='next'");
        return records(4).slice(Number(page) * 2 - 2, Number(page) * 2);
      },
    ],
    [
      'by a Link that says at the end that it leads to nothing (Sentry)',
      4,
      { type: 'link' },
      ({ cursor = '0' }, reply) => {
        const next = Number(cursor) + 2;
        void reply.header(
          'link',
          `</list?cursor=0>; rel="previous"; results="false", </list?cursor=${next}>; rel="next"; results="${next < 4}"`,
        );
        return records(4).slice(Number(cursor), next);
      },
    ],
    [
      'by a Link, though the path to next is misspelt (Datasette)',
      5,
      { type: 'next', next: 'nextt_url' },
      ({ from = '0' }, reply) => {
        const next = Number(from) + 2;
        if (next < 5) void reply.header('link', `</list?from=${next}>; rel="next"`);
        return {
          rows: records(5).slice(Number(from), next),
          next_url: next < 5 ? `/list?from=${next}` : null,
        };
      },
      { items: 'rows' },
    ],
    [
      'by the Link of empty pages in its middle',
      3,
      { type: 'page', size: 1 },
      ({ page = '1' }, reply) => {
        if (page !== '7') void reply.header('link', `</list?page=${Number(page) + 1}>; rel="next"`);
        const rows: Readonly<Record<string, unknown>> = {
          '1': [{ id: 1 }],
          '4': [{ id: 2 }],
          '7': [{ id: 3 }],
        };
        return rows[page] ?? [];
      },
    ],
    [
      'by a Link, though hasMore says no',
      4,
      { type: 'cursor', cursor: 'next', hasMore: 'more' },
      ({ page = '1' }, reply) => {
        if (page === '1') void reply.header('link', '</list?page=2>; rel=next');
        return { data: records(4).slice(Number(page) * 2 - 2, Number(page) * 2), more: false, next: null };
      },
      { items: 'data' },
    ],
    [
      'though the API caps its pages (PocketBase)',
      115,
      { type: 'page', sizeParam: 'perPage', size: 200 },
      ({ page = '1', perPage }) => {
        const size = Math.min(100, Number(perPage));
        return { items: records(115).slice((Number(page) - 1) * size, Number(page) * size) };
      },
      { items: 'items' },
    ],
    [
      'though the API does not know the size parameter, and has no page after the last (Django REST framework)',
      125,
      { type: 'page' },
      ({ page = '1' }, reply) => {
        const results = records(125).slice((Number(page) - 1) * 10, Number(page) * 10);
        if (results.length === 0) return reply.code(404).send({ detail: 'Invalid page.' });
        return { count: 125, next: page === '13' ? null : `/list?page=${Number(page) + 1}`, results };
      },
      { items: 'results' },
    ],
    ...(['next', 'count', 'more'] as const).map(
      (sign): [string, number, Pagination, Answer, Partial<RestQuery>] => [
        `to a page that is not there, after one whose "${sign}" says that it is the last`,
        25,
        { type: 'page', size: 10 },
        ({ page = '1' }, reply) => {
          const data = records(25).slice(Number(page) * 10 - 10, Number(page) * 10);
          const isLast = page === '3';
          const said = { next: isLast ? null : 'x', count: 25, more: !isLast }[sign];
          return data.length === 0 ? reply.code(404).send({}) : { data, [sign]: said };
        },
        { items: 'data' },
      ],
    ),
    ...([10, 64] as const).map((cap): [string, number, Pagination, Answer] => [
      `though the API caps its pages at ${cap}, and counts them by the size that was asked for`,
      135,
      { type: 'page', size: 100 },
      ({ page = '1', pageSize = '' }) => {
        const from = (Number(page) - 1) * Number(pageSize);
        return records(135).slice(from, from + Math.min(cap, Number(pageSize)));
      },
    ]),
    [
      'though the number of pages is that of the size that was asked for, and the API caps it',
      45,
      { type: 'page', size: 20, totalPages: 'pages' },
      ({ page = '1', pageSize = '' }) => {
        const from = (Number(page) - 1) * Number(pageSize);
        const data = records(45).slice(from, from + Math.min(10, Number(pageSize)));
        return { data, pages: Math.ceil(45 / Number(pageSize)) };
      },
      { items: 'data' },
    ],
    [
      'to the number of its last page, counted from 0',
      25,
      { type: 'page', firstPage: 0, size: 10, lastPage: 'last_page' },
      ({ page = '0' }) => ({
        data: records(25).slice(Number(page) * 10, Number(page) * 10 + 10),
        last_page: 2,
      }),
      { items: 'data' },
    ],
    [
      'to the number of its last page, counted from 1 (Laravel)',
      25,
      { type: 'page', size: 10, lastPage: 'last_page' },
      ({ page = '1' }) => ({
        data: records(25).slice(Number(page) * 10 - 10, Number(page) * 10),
        last_page: 3,
      }),
      { items: 'data' },
    ],
    ...(
      [
        [0, 0],
        [0, '0'],
        ['-1', -1],
        [['END', 'DONE'], 'DONE'],
      ] as const
    ).map(([endCursor, end]): [string, number, Pagination, Answer, Partial<RestQuery>] => [
      `to the cursor ${JSON.stringify(end)}, which is ${JSON.stringify(endCursor)} (SCAN of Redis, Twitter)`,
      5,
      { type: 'cursor', cursor: 'next', endCursor },
      ({ cursor = '0' }) => {
        const from = Number(cursor);
        return { data: records(5).slice(from, from + 2), next: from + 2 < 5 ? from + 2 : end };
      },
      { items: 'data' },
    ]),
    [
      'to an empty page of a feed whose cursor is another each time (CouchDB without pending)',
      5,
      { type: 'cursor', cursor: 'last_seq', param: 'since', endsEmpty: true },
      ({ since = '0' }) => {
        const from = Number(since.split('-')[0]);
        const results = records(5).slice(from, from + 2);
        return { results, last_seq: `${from + results.length}-${Math.random()}` };
      },
      { items: 'results' },
    ],
    [
      'though the API caps its limit',
      125,
      { type: 'offset', limit: 100 },
      ({ offset = '0' }) => records(125).slice(Number(offset), Number(offset) + 50),
    ],
    [
      'past a total that is too small',
      9,
      { type: 'offset', limit: 3, total: 'total' },
      ({ offset = '0' }) => ({ total: 5, data: records(9).slice(Number(offset), Number(offset) + 3) }),
      { items: 'data' },
    ],
    [
      'past a total that is the number of records in the page',
      9,
      { type: 'offset', limit: 3, total: 'count' },
      ({ offset = '0' }) => {
        const data = records(9).slice(Number(offset), Number(offset) + 3);
        return { count: data.length, data };
      },
      { items: 'data' },
    ],
    [
      'past a total that is one at least (Elasticsearch)',
      25,
      { type: 'offset', offsetParam: 'from', limitParam: 'size', limit: 10, total: 'hits.total.value' },
      ({ from = '0' }) => ({
        hits: {
          total: { value: 10, relation: 'gte' },
          hits: records(25).slice(Number(from), Number(from) + 10),
        },
      }),
      { items: 'hits.hits' },
    ],
    [
      'past pages that the API filters after it has cut them',
      7,
      { type: 'page', size: 3 },
      ({ page = '1' }) => ({ '1': upTo(3), '2': [4], '3': [5, 6, 7] })[page]?.map((id) => ({ id })) ?? [],
    ],
    [
      'to the page that a status ends',
      20,
      { type: 'page', size: 10, endStatus: [400, 404] },
      ({ page = '1' }, reply) =>
        page === '3'
          ? reply.code(400).send({})
          : records(20).slice(Number(page) * 10 - 10, Number(page) * 10),
    ],
    [
      'to a total in a header',
      20,
      { type: 'offset', limit: 10, total: { header: 'X-Total-Count' } },
      ({ offset = '0' }, reply) => {
        void reply.header('x-total-count', '20');
        return records(20).slice(Number(offset), Number(offset) + 10);
      },
    ],
    [
      'to a total in Content-Range',
      15,
      { type: 'offset', limit: 10, total: { header: 'Content-Range' } },
      ({ offset = '0' }, reply) => {
        void reply.header('content-range', `items ${offset}-${Number(offset) + 9}/15`);
        return records(15).slice(Number(offset), Number(offset) + 10);
      },
    ],
    [
      'to the number of its pages',
      20,
      { type: 'page', firstPage: 0, size: 10, totalPages: 'meta.totalPages' },
      ({ page = '0' }) => ({
        data: records(20).slice(Number(page) * 10, Number(page) * 10 + 10),
        meta: { totalPages: 2 },
      }),
      { items: 'data' },
    ],
    [
      'to its last page, by name',
      20,
      { type: 'page', size: 10, isLast: 'isLastPage' },
      ({ page = '1' }) => ({
        data: records(20).slice(Number(page) * 10 - 10, Number(page) * 10),
        isLastPage: page === '2',
      }),
      { items: 'data' },
    ],
    [
      'to the last id that hasMore knows (Stripe)',
      20,
      { type: 'cursor', cursor: { last: 'id' }, param: 'starting_after', hasMore: 'has_more' },
      ({ starting_after: after = '0' }) => ({
        data: records(20).slice(Number(after), Number(after) + 10),
        has_more: Number(after) + 10 < 20,
      }),
      { items: 'data' },
    ],
    [
      'to the last id that there is',
      20,
      { type: 'cursor', cursor: { last: 'id' }, param: 'after' },
      ({ after = '0' }) => records(20).slice(Number(after), Number(after) + 7),
    ],
    [
      'to what is pending (CouchDB)',
      5,
      { type: 'cursor', cursor: 'last_seq', param: 'since', remaining: 'pending' },
      ({ since = '0' }) => {
        const from = Number(since.split('-')[0]);
        const results = records(5).slice(from, from + 2);
        return { results, last_seq: `${from + results.length}-x`, pending: 5 - from - results.length };
      },
      { items: 'results' },
    ],
    [
      'to a cursor that repeats on an empty page',
      5,
      { type: 'cursor', cursor: 'last_seq', param: 'since' },
      ({ since = '0' }) => {
        const results = records(5).slice(Number(since), Number(since) + 2);
        return { results, last_seq: Number(since) + results.length };
      },
      { items: 'results' },
    ],
    [
      'past empty pages whose cursors move on',
      2,
      { type: 'cursor', cursor: 'next' },
      ({ cursor = 'a' }) =>
        ({
          a: { data: [{ id: 1 }], next: 'b' },
          b: { data: [], next: 'c' },
          c: { data: [], next: 'd' },
          d: { data: [{ id: 2 }], next: null },
        })[cursor],
      { items: 'data' },
    ],
    [
      'to an answer without content',
      10,
      { type: 'page', size: 10 },
      ({ page = '1' }, reply) => (page === '1' ? records(10) : reply.code(204).send()),
      { emptyAs: 'no content' },
    ],
  ])('%s', async (_, count, pagination, answer, more = {}) => {
    const { load } = await list(answer, pagination, more);
    const { ids, last } = await load();
    expect(ids).toEqual(upTo(count));
    expect(last?.complete).toBe(true);
  });

  it('with a cursor of any shape, where a JSON body takes it (DynamoDB)', async () => {
    const asked: unknown[] = [];
    const origin = await api((app) =>
      app.post<{ Body: { start?: { id: { N: string } } } }>('/list', ({ body }) => {
        asked.push(body.start);
        const from = Number(body.start?.id.N ?? 0);
        return {
          Items: records(5).slice(from, from + 2),
          ...(from + 2 < 5 && { LastEvaluatedKey: { id: { N: String(from + 2) } } }),
        };
      }),
    );
    const query: RestQuery = {
      path: '/list',
      method: 'POST',
      body: {},
      items: 'Items',
      pagination: { type: 'cursor', cursor: 'LastEvaluatedKey', param: 'start' },
    };
    const pages = await readAll(adapter({ origins: [origin] }), query, loadContext({ apiUrl: origin }));
    expect(pages.flatMap((page) => page.records)).toEqual(records(5));
    expect(asked).toEqual([undefined, { id: { N: '2' } }, { id: { N: '4' } }]);
  });

  it('by links that are relative to the page that holds them, after redirects', async () => {
    const origin = await api((app) => {
      app.get('/api/list', (_, reply) => reply.redirect('/v2/lists/all?page=1'));
      app.get<{ Querystring: { page: string } }>('/v2/lists/all', ({ query: { page } }) => ({
        data: [{ id: Number(page) }],
        next: page === '3' ? null : `?page=${Number(page) + 1}`,
      }));
    });
    const query: RestQuery = { path: '/api/list', items: 'data', pagination: { type: 'next', next: 'next' } };
    const pages = await readAll(adapter({ origins: [origin] }), query, loadContext({ apiUrl: origin }));
    expect(pages.flatMap((page) => page.records)).toEqual(records(3));
  });
});

describe('what names no page is an error, and no end', () => {
  it.each<[string, Pagination, unknown, RegExp]>([
    [
      'an object',
      { type: 'next', next: 'next' },
      { next: { url: '/list?page=2' } },
      /next: .* has an object at "next"/,
    ],
    ['a list', { type: 'next', next: 'next' }, { next: ['/list?page=2'] }, /has a list at "next"/],
    ['true', { type: 'next', next: 'next' }, { next: true }, /has a boolean at "next"/],
    [
      'a number as a URL',
      { type: 'next', next: 'next' },
      { next: 2 },
      /has a number at "next" where the URL/,
    ],
    [
      'a map as a cursor',
      { type: 'cursor', cursor: 'key' },
      { key: { id: 'b' } },
      /cursor: .* has an object at "key"/,
    ],
    ['true as a cursor', { type: 'cursor', cursor: 'key' }, { key: true }, /has a boolean at "key"/],
    [
      'null, though more is promised',
      { type: 'cursor', cursor: 'key', hasMore: 'more' },
      { key: null, more: true },
      /promises more and has null at "key"/,
    ],
    [
      'a last record without the field',
      { type: 'cursor', cursor: { last: 'uid' } },
      {},
      /has nothing at "uid" of the last record/,
    ],
    [
      'hasMore that is a text',
      { type: 'page', hasMore: 'more' },
      { more: 'yes' },
      /hasMore: .* has a string/,
    ],
    [
      'a total that is a word',
      { type: 'page', total: 'total' },
      { total: 'many' },
      /total: .* where a number is/,
    ],
  ])('%s', async (_, pagination, body, message) => {
    const { fails, rest } = await list(() => ({ data: [{ id: 1 }], ...(body as object) }), pagination, {
      items: 'data',
    });
    const error = await fails();
    expect(error.message).toMatch(message);
    expect(rest.classify(error).kind).toBe('invalid');
  });

  it('a Link that cannot be read', async () => {
    const { fails } = await list(
      (_, reply) => {
        void reply.header('link', '/list?page=2; rel="next"');
        return records(2);
      },
      { type: 'link' },
    );
    expect((await fails()).message).toMatch(/has a Link header that cannot be read/);
  });

  it('a 404 after a full page, and the error names the remedy', async () => {
    const { fails } = await list(
      ({ page = '1' }, reply) =>
        page === '3' ? reply.code(404).send({}) : records(10).map(({ id }) => ({ id, page })),
      { type: 'page', size: 10 },
    );
    expect((await fails()).message).toMatch(
      /^pagination\.endStatus: .*answered with 404.*set endStatus: 404/,
    );
  });

  it('a 404 after a page that is shorter than the others, where nothing says that it is the last', async () => {
    const { fails } = await list(
      ({ page = '1' }, reply) => {
        const items = records(25).slice(Number(page) * 10 - 10, Number(page) * 10);
        return items.length === 0 ? reply.code(404).send({}) : items;
      },
      { type: 'page', size: 10 },
    );
    expect((await fails()).message).toMatch(/^pagination\.endStatus: .*set endStatus: 404/);
  });

  it('a cursor that means the end, though more is promised', async () => {
    const { fails } = await list(
      () => ({ data: records(2), next: 0, more: true }),
      { type: 'cursor', cursor: 'next', endCursor: 0, hasMore: 'more' },
      { items: 'data' },
    );
    expect((await fails()).message).toMatch(/promises more and has endCursor at "next"/);
  });

  it('an empty page in the middle, though its cursor moves on, where the feed is said to end so', async () => {
    const { fails } = await list(
      ({ cursor = 'a' }) => ({ data: cursor === 'a' ? records(2) : [], next: 'b', has_more: true }),
      { type: 'cursor', cursor: 'next', endsEmpty: true },
      { items: 'data' },
    );
    expect((await fails()).message).toContain('"has_more"');
  });

  it('a status of the end where more was promised', async () => {
    const { fails, rest } = await list(
      ({ page = '1' }, reply) =>
        page === '2' ? reply.code(404).send({}) : { data: records(10), more: true },
      { type: 'page', size: 10, hasMore: 'more', endStatus: 404 },
      { items: 'data' },
    );
    expect(rest.classify(await fails()).kind).toBe('gone');
  });
});

describe('lines without framing', () => {
  const lines = records(3)
    .map((record) => JSON.stringify(record))
    .join('\n');
  const load = (origin: string, rest: RestAdapter) =>
    readAll(rest, { path: '/export', format: 'ndjson' }, loadContext({ apiUrl: origin }));

  it('are no proven end', async () => {
    const origin = await answering(`HTTP/1.0 200 OK\r\ncontent-type: application/x-ndjson\r\n\r\n${lines}`);
    const rest = adapter({ origins: [origin] });
    const error = await failure(rest, { path: '/export', format: 'ndjson' }, loadContext({ apiUrl: origin }));
    expect(rest.classify(error).kind).toBe('transient');
    expect(error.message).toMatch(/does not prove that they were all/);
  });

  it.each([
    ['a transfer encoding that is none', 'transfer-encoding: identity\r\n', lines],
    ['a compression of nothing', 'content-encoding: gzip\r\n', ''],
  ])('are none with %s', async (_, headers, body) => {
    const origin = await answering(`HTTP/1.1 200 OK\r\nconnection: close\r\n${headers}\r\n${body}`);
    const rest = adapter({ origins: [origin] });
    const error = await failure(rest, { path: '/export', format: 'ndjson' }, loadContext({ apiUrl: origin }));
    expect(rest.classify(error).kind).toBe('transient');
  });

  it('are one where the source says so', async () => {
    const origin = await answering(`HTTP/1.0 200 OK\r\n\r\n${lines}`);
    const query: RestQuery = { path: '/export', format: 'ndjson', unframed: true };
    const pages = await readAll(adapter({ origins: [origin] }), query, loadContext({ apiUrl: origin }));
    expect(pages.at(-1)?.complete).toBe(true);
    expect(pages.flatMap((page) => page.records)).toEqual(records(3));
  });

  it('are one with a length', async () => {
    const head = `HTTP/1.0 200 OK\r\ncontent-type: application/x-ndjson\r\ncontent-length: ${lines.length}\r\n\r\n`;
    const origin = await answering(head + lines);
    const pages = await load(origin, adapter({ origins: [origin] }));
    expect(pages.at(-1)?.complete).toBe(true);
  });
});

describe('an empty list', () => {
  it.each<[unknown, Partial<RestQuery>]>([
    [{ data: null }, { emptyAs: 'null' }],
    [{}, { emptyAs: ['missing'] }],
    [null, { items: undefined, emptyAs: 'null' }],
  ])('is %j where the source says so, and an error elsewhere', async (body, more) => {
    const answer: Answer = (_, reply) => reply.type('application/json').send(JSON.stringify(body));
    const said = await list(answer, undefined, { items: 'data', ...more });
    expect((await said.load()).last).toMatchObject({ records: [], complete: true });
    const unsaid = Object.fromEntries(Object.entries(more).filter(([name]) => name !== 'emptyAs'));
    expect((await (await list(answer, undefined, { items: 'data', ...unsaid })).fails()).message).toMatch(
      /where an array|where a record/,
    );
  });

  it('is an answer without content, where the source says so', async () => {
    const answer: Answer = (_, reply) => reply.code(204).send();
    const { load } = await list(answer, undefined, { items: 'data', emptyAs: 'no content' });
    expect((await load()).last).toMatchObject({ records: [], complete: true });
    expect((await (await list(answer, undefined, { items: 'data' })).fails()).message).toContain(
      'answered 204',
    );
  });
});

describe('one record', () => {
  it('may be in an envelope', async () => {
    const { load } = await list(() => ({ data: { id: 7 } }), undefined, { record: 'data' });
    expect((await load()).last).toMatchObject({ records: [{ id: 7 }], complete: true });
    const { fails } = await list(() => ({ data: [{ id: 7 }] }), undefined, { record: 'data' });
    expect((await fails()).message).toMatch(/^record: .* has a list at "data" where a record/);
  });
});
