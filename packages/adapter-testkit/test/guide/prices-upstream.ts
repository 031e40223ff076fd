import { EventEmitter, once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Failure, TestRecord, Upstream, When } from '@stateful-workflow/adapter-testkit';
import { pricesAdapter, type PricesQuery } from './prices-adapter';

const PAGE_SIZE = 10;

/** How the service fails, by name. */
const FAILURES: Readonly<Record<string, Failure & { readonly answer: (to: ServerResponse) => unknown }>> = {
  'a body that breaks off': {
    kind: 'transient',
    midPage: true,
    answer: (to) => {
      to.writeHead(200, { 'content-length': 1_000 });
      to.write('{"items":[{"id":"r_0', () => to.destroy());
    },
  },
  'a 429': {
    kind: 'throttled',
    retryAfterMs: 7_000,
    answer: (to) => to.writeHead(429, { 'retry-after': '7' }).end(),
  },
  'a 403': { kind: 'unauthorized', answer: (to) => to.writeHead(403).end() },
  'a 400': { kind: 'invalid', answer: (to) => to.writeHead(400).end() },
  'a 404': { kind: 'gone', answer: (to) => to.writeHead(404).end() },
  'no JSON': { kind: 'fatal', answer: (to) => to.end('<html>') },
};

/** What is done in place of an answer, or before one. */
type Meet = (to: ServerResponse, goOn: () => void) => unknown;

/** The service on loopback, which does to its clients what the suite says. */
export async function startPricesUpstream(): Promise<Upstream<PricesQuery, string>> {
  const records = new Map<string, TestRecord>();
  const arrivals = new EventEmitter();
  let tokens = 0;
  let requests = 0;
  let trouble: { readonly meet: Meet; left: number } | undefined;
  const token = (): string => `token-of-the-service-${tokens}`;

  const answer = (request: IncomingMessage, response: ServerResponse): unknown => {
    if (request.headers.authorization !== `Bearer ${token()}`) return response.writeHead(401).end();
    const after = new URL(request.url ?? '', 'http://here').searchParams.get('after') ?? '';
    const rows = [...records.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).filter(({ id }) => id > after);
    const items = rows.slice(0, PAGE_SIZE);
    return response.end(JSON.stringify({ items, hasMore: rows.length > items.length }));
  };
  const server = http.createServer((request, response) => {
    requests += 1;
    arrivals.emit('request');
    if (trouble !== undefined && (trouble.left -= 1) < 0)
      trouble.meet(response, () => answer(request, response));
    else answer(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const misbehave = (meet: Meet, { after = 0 }: When = {}): void => void (trouble = { meet, left: after });
  const recover = async (): Promise<void> => void (trouble = undefined);

  return {
    adapter: (settings) => pricesAdapter({ origin, ...settings }),
    origins: [origin],
    pageSize: PAGE_SIZE,
    query: { market: 'wheat' },
    invalidQueries: [
      [{}, 'market'],
      [{ market: 'wheat', color: 'red' }, 'color'],
    ],
    failures: FAILURES,
    put: async (given) => given.forEach((record) => records.set(record.id, record)),
    patch: async (id, name) => void records.set(id, { id, name }),
    remove: async (id) => void records.delete(id),
    fail: async (name, when) => misbehave((to) => FAILURES[name]?.answer(to), when),
    delay: async (ms, when) =>
      misbehave((to, goOn) => {
        const timer = setTimeout(goOn, ms);
        to.once('close', () => clearTimeout(timer));
      }, when),
    recover,
    revoke: async () => {
      tokens += 1;
      return token();
    },
    token,
    requested: async () => void (await once(arrivals, 'request')),
    requests: () => requests,
    reset: async () => {
      records.clear();
      requests = 0;
      await recover();
    },
    stop: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
