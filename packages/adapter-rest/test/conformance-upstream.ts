import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure, TestRecord, Upstream, When } from '@stateful-workflow/adapter-testkit';
import Fastify, { type FastifyReply } from 'fastify';
import { restAdapter, type RestCursor, type RestQuery } from '../src/index';

const PAGE_SIZE = 10;
const LATENESS = 5;

/** A record with the time of its last change. */
interface Row extends TestRecord {
  readonly changedAt: number;
}

/** How the server fails, by name: what it does instead of answering. */
const FAILURES: Readonly<Record<string, Failure & { readonly answer: (reply: FastifyReply) => unknown }>> = {
  'a dropped connection': { kind: 'transient', answer: (reply) => reply.raw.socket?.destroy() },
  'a body that breaks off': {
    kind: 'transient',
    midPage: true,
    answer: ({ raw }) => {
      raw.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      raw.write('{"items":[{"id":"r_0', () => raw.socket?.destroy());
    },
  },
  'a 500': { kind: 'transient', answer: (reply) => reply.code(500).send({}) },
  'a 503': { kind: 'transient', answer: (reply) => reply.code(503).send({}) },
  'a 429 with seconds': {
    kind: 'throttled',
    retryAfterMs: 7_000,
    answer: (reply) => reply.code(429).header('retry-after', '7').send({}),
  },
  'a 503 with a date': {
    kind: 'throttled',
    retryAfterMs: 60_000,
    answer: (reply) =>
      reply
        .code(503)
        .header('retry-after', new Date(Date.now() + 60_000).toUTCString())
        .send({}),
  },
  'a 401': { kind: 'unauthorized', answer: (reply) => reply.code(401).send({}) },
  'a 403': { kind: 'unauthorized', answer: (reply) => reply.code(403).send({}) },
  'a 404': { kind: 'gone', answer: (reply) => reply.code(404).send({}) },
  'a 422': { kind: 'invalid', answer: (reply) => reply.code(422).send({}) },
  'a sign-in page': {
    kind: 'fatal',
    answer: (reply) => reply.type('text/html').send('<html>Sign in</html>'),
  },
};

/** What happens to a request before it is answered, or in place of an answer. */
type Trouble = (reply: FastifyReply) => Promise<'done' | 'go on'>;

/** A REST API on loopback that does to its clients what the conformance suite says. */
export async function startRestUpstream(): Promise<Upstream<RestQuery, RestCursor>> {
  const records = new Map<string, Row>();
  const arrivals = new EventEmitter();
  let numbers: readonly string[] = [];
  let token = 'tok_0';
  let requests = 0;
  let cap = Infinity;
  let trouble: { readonly begin: Trouble; left: number } | undefined;

  const app = Fastify({ forceCloseConnections: true });
  app.addHook('onRequest', async (request, reply) => {
    requests += 1;
    arrivals.emit('request');
    if (trouble !== undefined && (trouble.left -= 1) < 0 && (await trouble.begin(reply)) === 'done') {
      if (!reply.sent) reply.hijack();
      return;
    }
    if (request.headers.authorization !== `Bearer ${token}`) await reply.code(401).send({});
  });
  const sorted = (): readonly Row[] => [...records.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  app.get<{ Querystring: { page: string; pageSize: string; since?: string } }>('/records', ({ query }) => {
    const [page, size] = [Number(query.page), Math.min(cap, Number(query.pageSize))];
    const rows = sorted().filter(({ changedAt }) => changedAt >= Number(query.since ?? 0));
    return { items: rows.slice((page - 1) * size, page * size), hasMore: page * size < rows.length };
  });
  app.get('/all', (request, reply) => {
    const body = JSON.stringify(sorted());
    const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
    void reply.header('etag', etag);
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.type('application/json').send(body);
  });
  app.get('/numbers', (_, reply) =>
    reply
      .type('application/json')
      .send(`[${numbers.map((number, n) => `{"id":"n_${n}","number":${number}}`).join(',')}]`),
  );
  const origin = await app.listen({ host: '127.0.0.1', port: 0 });

  const misbehave = (begin: Trouble, { after = 0 }: When = {}): void => {
    trouble = { begin, left: after };
  };
  const query: RestQuery = {
    path: '/records',
    items: 'items',
    pagination: { type: 'page', size: PAGE_SIZE, hasMore: 'hasMore' },
  };
  return {
    adapter: ({ timeoutMs }) =>
      restAdapter({ origins: [origin], ...(timeoutMs !== undefined && { timeouts: { total: timeoutMs } }) }),
    apiUrl: origin,
    origins: [origin],
    pageSize: PAGE_SIZE,
    query,
    incremental: {
      query: { ...query, incremental: { field: 'changedAt', param: 'since', lag: LATENESS } },
      lateness: LATENESS,
      // In seconds since 1970: that of 2100.
      ahead: 4_102_444_800,
    },
    numbers: {
      query: { path: '/numbers' },
      put: async (given) => void (numbers = given),
    },
    unpagedQuery: { path: '/records', params: { page: 1, pageSize: PAGE_SIZE }, items: 'items' },
    conditionalQuery: { path: '/all' },
    invalidQueries: [
      [{}, 'path'],
      [{ path: 'records' }, 'path'],
      [{ path: '/records', itmes: 'items' }, 'itmes'],
      [{ path: '/records', headers: { Authorization: 'x' } }, 'Authorization'],
    ],
    failures: FAILURES,
    put: async (given, changedAt) => {
      for (const { id, name } of given) records.set(id, { id, name, changedAt });
    },
    patch: async (id, name, changedAt) => void records.set(id, { id, name, changedAt }),
    remove: async (id) => void records.delete(id),
    fail: async (name, when) =>
      misbehave(async (reply) => {
        await FAILURES[name]?.answer(reply);
        return 'done';
      }, when),
    delay: async (ms, when) =>
      misbehave(async (reply) => {
        const gone = new AbortController();
        reply.raw.once('close', () => gone.abort());
        return sleep(ms, 'go on' as const, { signal: gone.signal }).catch(() => 'done' as const);
      }, when),
    cap: async (records) => void (cap = records),
    recover: async () => {
      trouble = undefined;
      cap = Infinity;
    },
    revoke: async () => (token = `tok_${Number(token.slice(4)) + 1}`),
    token: () => token,
    requested: async () => void (await once(arrivals, 'request')),
    requests: () => requests,
    reset: async () => {
      records.clear();
      cap = Infinity;
      trouble = undefined;
      requests = 0;
    },
    stop: async () => void (await app.close()),
  };
}
