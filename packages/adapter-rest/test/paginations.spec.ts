import { InvalidInputError, type Page } from '@stateful-workflow/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import {
  apiKey,
  type Pagination,
  type RestAdapterOptions,
  type RestCursor,
  type RestQuery,
} from '../src/index';
import { adapter, api, failure, loadContext, readAll } from './support';

const TOTAL = 25;
const items = Array.from({ length: TOTAL }, (_, i) => ({ id: i }));
const ids = (pages: readonly Page<RestCursor>[]): unknown[] =>
  pages.flatMap(({ records }) => records.map((record) => (record as { id: number }).id));
const ALL = items.map(({ id }) => id);

type Answer = (from: number, size: number, origin: string, reply: FastifyReply) => unknown;

/** A list in pages of 10 that starts where `position` says; and what was asked. */
async function listApi(position: (request: FastifyRequest) => number, answer: Answer) {
  const asked: string[] = [];
  let origin = '';
  const handler = (request: FastifyRequest, reply: FastifyReply): unknown => {
    asked.push(`${request.raw.url}${request.body === undefined ? '' : ` ${JSON.stringify(request.body)}`}`);
    return answer(position(request), 10, origin, reply);
  };
  origin = await api((app) => void app.get('/list', handler).post('/list', handler));
  return { origin, asked };
}

const query = (request: FastifyRequest): Record<string, string> => request.query as Record<string, string>;
const more = (from: number): boolean => from + 10 < TOTAL;
const next = (from: number): number | null => (more(from) ? from + 10 : null);
const slice = (from: number): unknown[] => items.slice(from, from + 10);

const stable: RestAdapterOptions['paginations'] = {
  keyset: {
    request: (after) => ({ params: { limit: 10, ...(after !== undefined && { after }) } }),
    next: ({ records }) => (records.length < 10 ? undefined : Number((records.at(-1) as { id: number }).id)),
    stable: true,
  },
};

describe('a list goes on', () => {
  it.each<[string, Pagination, (request: FastifyRequest) => number, Answer, Partial<RestQuery>]>([
    ['by offset', { type: 'offset', limit: 10 }, (r) => Number(query(r)['offset']), slice, {}],
    [
      'by offset up to a total',
      { type: 'offset', offsetParam: 'skip', limitParam: 'top', limit: 7, total: 'meta.count' },
      (r) => Number(query(r)['skip']),
      // An API that caps its pages at fewer than were asked for.
      (from) => ({ data: items.slice(from, from + 3), meta: { count: TOTAL } }),
      { items: 'data' },
    ],
    [
      'by a cursor in the body',
      { type: 'cursor', cursor: 'meta.next', param: 'after' },
      (r) => Number(query(r)['after'] ?? 0),
      (from) => ({ data: slice(from), meta: { next: next(from) } }),
      { items: 'data' },
    ],
    [
      'by a cursor that is given with the last page, too',
      { type: 'cursor', cursor: 'next', hasMore: 'more' },
      (r) => Number(query(r)['cursor'] ?? 0),
      (from) => ({ data: slice(from), next: String(from + 10), more: more(from) }),
      { items: 'data' },
    ],
    [
      'by a cursor in a header',
      { type: 'cursor', header: 'X-Next-Cursor' },
      (r) => Number(query(r)['cursor'] ?? 0),
      (from, _, _origin, reply) => {
        if (more(from)) void reply.header('x-next-cursor', String(from + 10));
        return slice(from);
      },
      {},
    ],
    [
      'by an absolute URL in the body',
      { type: 'next', next: 'links.next' },
      (r) => Number(query(r)['from'] ?? 0),
      (from, _, origin) => ({
        data: slice(from),
        links: { next: more(from) ? `${origin}/list?from=${from + 10}` : null },
      }),
      { items: 'data' },
    ],
    [
      'by a relative URL in the body',
      { type: 'next', next: 'next' },
      (r) => Number(query(r)['from'] ?? 0),
      (from) => ({ data: slice(from), next: more(from) ? `?from=${from + 10}` : '' }),
      { items: 'data' },
    ],
    [
      'by a Link header',
      { type: 'link' },
      (r) => Number(query(r)['from'] ?? 0),
      (from, _, origin, reply) => {
        const links = [`<${origin}/list>; rel="first"`];
        if (more(from)) links.push(`<${origin}/list?from=${from + 10}&a=b,c>; title="a, b"; rel="next last"`);
        void reply.header('link', links.join(', '));
        return slice(from);
      },
      {},
    ],
    [
      'as a function on the worker says',
      { type: 'custom', name: 'keyset' },
      (r) => (query(r)['after'] === undefined ? 0 : Number(query(r)['after']) + 1),
      slice,
      {},
    ],
    [
      'with a cursor in the body of a POST',
      { type: 'cursor', cursor: 'next', param: 'cursor' },
      (r) => Number((r.body as { cursor?: string }).cursor ?? 0),
      (from) => ({ data: slice(from), next: more(from) ? String(from + 10) : undefined }),
      { items: 'data', method: 'POST', body: { where: { owner: '{id}' } } },
    ],
  ])('%s', async (_, pagination, position, answer, rest) => {
    const { origin, asked } = await listApi(position, answer);
    const context = loadContext({ apiUrl: origin });
    const pages = await readAll(
      adapter({ origins: [origin], paginations: stable }),
      { path: '/list', pagination, ...rest },
      context,
    );
    expect(ids(pages)).toEqual(ALL);
    expect(pages.map(({ complete }) => complete)).toEqual(pages.map((_page, i) => i === pages.length - 1));
    expect(asked).toHaveLength(pages.length);
    expect(context.seen.counts.get('http_pages')).toBe(pages.length);
    if (rest.method === 'POST')
      expect(asked.slice(0, 2)).toEqual([
        '/list {"where":{"owner":"c_42"}}',
        '/list {"where":{"owner":"c_42"},"cursor":"10"}',
      ]);
  });

  it.each<[string, Pagination, Answer]>([
    [
      'a cursor',
      { type: 'cursor', cursor: 'next' },
      (from) => ({ data: [{ id: from }, { at: Math.random() }], next: 'a' }),
    ],
    ['a URL', { type: 'next', next: 'next' }, () => ({ data: [{ at: Math.random() }], next: '/list?a=1' })],
    [
      'two cursors',
      { type: 'cursor', cursor: 'next' },
      (from) => ({ data: [{ at: Math.random() }], next: from === 1 ? 2 : 1 }),
    ],
  ])('but not in a circle, by %s', async (_, pagination, answer) => {
    const { origin, asked } = await listApi((r) => Number(query(r)['cursor'] ?? 0), answer);
    const rest = adapter({ origins: [origin] });
    const error = await failure(
      rest,
      { path: '/list', items: 'data', pagination },
      loadContext({ apiUrl: origin }),
    );
    expect(error.message).toMatch(/goes on at a page that was read before, so the list would never end/);
    expect(rest.classify(error).kind).toBe('invalid');
    expect(asked.length).toBeLessThanOrEqual(3);
  });

  it('no further than maxRecords', async () => {
    const { origin } = await listApi((r) => Number(query(r)['offset']), slice);
    const rest = adapter({ origins: [origin] });
    const list: RestQuery = { path: '/list', pagination: { type: 'offset', limit: 10 } };
    const error = await failure(rest, { ...list, maxRecords: 24 }, loadContext({ apiUrl: origin }));
    expect(error.message).toMatch(/^maxRecords: .* brings the load to 25 records, more than 24/);
    expect(rest.classify(error).kind).toBe('invalid');
    expect(await readAll(rest, { ...list, maxRecords: 25 }, loadContext({ apiUrl: origin }))).toHaveLength(4);
  });

  it('not past an empty page that promises more', async () => {
    const { origin } = await listApi(
      () => 0,
      () => ({ data: [], total: 5 }),
    );
    const error = await failure(
      adapter({ origins: [origin] }),
      { path: '/list', items: 'data', pagination: { type: 'offset', total: 'total' } },
      loadContext({ apiUrl: origin }),
    );
    expect(error.message).toContain('has no records at offset 0, and more are promised');
  });

  it('not in a way that the adapter does not know', async () => {
    const rest = adapter({ origins: ['http://127.0.0.1:1'], paginations: stable });
    const error = await failure(
      rest,
      { path: '/list', pagination: { type: 'custom', name: 'scroll' } },
      loadContext({ apiUrl: 'http://127.0.0.1:1' }),
    );
    expect(error.message).toMatch(
      /^pagination\.name: names "scroll".*there are: keyset\. Add it to the paginations/,
    );
  });
});

describe('a link to the next page', () => {
  it.each([
    'https://evil.example.net/list?page=2',
    '//evil.example.net/list',
    'http://127.0.0.1:1/list',
    'http://2130706433:{port}/other',
    'http://[::ffff:7f00:1]:{port}/list',
    'http://169.254.169.254/latest/meta-data/',
    'https://127.0.0.1:{port}/list',
    'http://user:pw@127.0.0.1:{port}/list',
    'http://127.0.0.1:{port}@evil.example.net/list',
    '\\\\evil.example.net\\list',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'http://%zz/',
  ])('to %s is not followed', async (link) => {
    let requests = 0;
    const port = { value: '' };
    const to = (): string => link.replace('{port}', port.value);
    const origin = await api((app) =>
      app.get('/list', (_, reply) => {
        requests += 1;
        return reply.header('link', `<${to()}>; rel="next"`).send({ data: [{ id: requests }], next: to() });
      }),
    );
    port.value = new URL(origin).port;
    const rest = adapter({ origins: [origin, 'https://evil.example.net', 'http://127.0.0.1:1'] });
    for (const pagination of [{ type: 'link' }, { type: 'next', next: 'next' }] as const) {
      const context = loadContext({ apiUrl: origin, token: 't' });
      const error = await failure(rest, { path: '/list', items: 'data', pagination }, context);
      // The last spelling of an address is this origin's own, and goes round in a circle.
      if (link.includes('2130706433')) expect(error.message).toMatch(/answered 404/);
      else expect(error.message).toMatch(/^pagination: the link to the next page/);
      expect(error).toBeInstanceOf(link.includes('2130706433') ? Error : InvalidInputError);
      expect(error.message).not.toContain('pw');
      expect(new Set(context.seen.origins)).toEqual(new Set([origin]));
    }
    expect(requests).toBe(2);
  });

  it('carries no key into the heartbeat that the API repeats in it', async () => {
    const seen: string[] = [];
    const origin = await api((app) =>
      app.get('/list', ({ raw }) => {
        seen.push(raw.url ?? '');
        return {
          data: [{ id: seen.length }],
          next: seen.length < 3 ? `/list?key=s3cret&page=${seen.length + 1}` : null,
        };
      }),
    );
    const rest = adapter({ origins: [{ origin, auth: apiKey({ query: 'key' }) }] });
    const context = loadContext({ apiUrl: origin, token: 's3cret' });
    await readAll(
      rest,
      { path: '/list', items: 'data', pagination: { type: 'next', next: 'next' } },
      context,
    );
    expect(seen).toEqual(['/list?key=s3cret', '/list?page=2&key=s3cret', '/list?page=3&key=s3cret']);
    expect(JSON.stringify(context.seen.heartbeats)).not.toContain('s3cret');
  });
});
