import { once } from 'node:events';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { credentialOf } from '@stateful-workflow/adapter-testkit';
import type { LoadContext, Secret } from '@stateful-workflow/core';
import { afterEach, describe, expect, it } from 'vitest';
import {
  apiKey,
  type AuthScheme,
  basic,
  graphqlAdapter,
  type GraphqlAdapterOptions,
  type GraphqlCursor,
  type GraphqlQuery,
} from '../src/index';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const undo of cleanups.splice(0).reverse()) await undo();
});

async function serve(handler: http.RequestListener): Promise<string> {
  const server = http.createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    handler(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const query: GraphqlQuery = { document: '{ me { id } }' };
const answer = (id: string, extensions?: object): string =>
  JSON.stringify({ data: { me: { id } }, extensions });

/** An adapter for some origins, and what loads `query` from the first of them. */
function adapterFor(origins: NonNullable<GraphqlAdapterOptions['origins']>) {
  const adapter = graphqlAdapter({ origins });
  cleanups.push(() => adapter.close());
  const [first] = origins;
  const apiUrl = typeof first === 'string' ? first : first?.origin;
  return async (token: string, more: Partial<LoadContext<GraphqlCursor>> = {}, asked = query) => {
    const records: unknown[] = [];
    const context: LoadContext<GraphqlCursor> = {
      signal: new AbortController().signal,
      apiUrl,
      entity: { name: 'Customer', id: 'c_1' },
      credential: async () => credentialOf(token),
      heartbeat: () => {},
      log: { debug: () => {}, info: () => {}, warn: () => {} },
      metrics: { count: () => {}, duration: () => {} },
      ...more,
    };
    for await (const page of adapter.load(asked, context)) records.push(...page.records);
    return records;
  };
}

/** Answers once as many requests have come as it is told to wait for, each with its number. */
async function holding(count: number) {
  const waiting: http.ServerResponse[] = [];
  let release: () => void = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const origin = await serve((_, response) => {
    waiting.push(response);
    const n = waiting.length;
    if (n === count) release();
    void released.then(() => response.end(answer(`n${n}`)));
  });
  return { origin, waiting, release };
}

/** A scheme of the user's, without an identity. */
const nameless: AuthScheme = {
  name: 'nameless',
  async authorize({ credential }) {
    return { headers: { 'X-Token': (await credential())?.secret.reveal() ?? '' } };
  },
};

describe('equal queries under way', () => {
  it('share the answer when they are of one credential, and with no other', async () => {
    const { origin, waiting, release } = await holding(Infinity);
    const load = adapterFor([origin]);
    let shared: () => void = () => {};
    const joined = new Promise<void>((resolve) => (shared = resolve));
    const count = (name: string): void => {
      if (name === 'http_requests_shared') shared();
    };
    const metrics = { count, duration: () => {} };
    const loads = [load('one', { metrics }), load('one', { metrics }), load('other')];
    await joined;
    release();
    const [first, second, third] = await Promise.all(loads);
    expect(second).toEqual(first);
    expect(third).not.toEqual(first);
    expect(waiting).toHaveLength(2);
  });

  it('share nothing when the scheme does not say whose they are', async () => {
    const { origin } = await holding(2);
    const load = adapterFor([{ origin, auth: nameless }]);
    const [a, b] = await Promise.all([load('tenant-a'), load('tenant-b')]);
    expect(a).not.toEqual(b);
  });
});

describe('query costs', () => {
  it.each<[string, AuthScheme, number]>([
    ['asks for a credential', nameless, 2],
    ['shows something of its own', { name: 'own', authorize: async () => ({ headers: { 'X-T': 'a' } }) }, 3],
  ])('are nobody else’s when a scheme without identity %s', async (_, auth, requests) => {
    let seen = 0;
    const throttleStatus = { maximumAvailable: 100, currentlyAvailable: 0, restoreRate: 1 };
    const origin = await serve((_request, response) => {
      seen += 1;
      response.end(answer('x', { cost: { requestedQueryCost: 50, throttleStatus } }));
    });
    const load = adapterFor([{ origin, auth }]);
    await load('tenant-a');
    await load('tenant-b');
    await load('tenant-a').catch(() => {});
    expect(seen).toBe(requests);
  });
});

describe('a credential', () => {
  it.each(['get', 'post'] as const)('in the query stays at its origin: %s', async (persisted) => {
    const away: string[] = [];
    const other = await serve((request, response) => {
      away.push(JSON.stringify([request.url, request.rawHeaders]));
      response.end(answer('x'));
    });
    const origin = await serve((request, response) => {
      response.writeHead(301, { location: `${other}${request.url}` }).end();
    });
    const load = adapterFor([{ origin, auth: apiKey({ query: 'key' }) }, other]);
    await load('K3y-of-ours', {}, { ...query, persisted }).catch(() => {});
    expect(away).toHaveLength(persisted === 'get' ? 1 : 0);
    expect(away.join()).not.toMatch(/K3y|key=/i);
  });

  it('is concealed in its parts', async () => {
    const origin = await serve((_, response) => {
      response.end(JSON.stringify({ errors: [{ message: 'No p4ssword for reader' }] }));
    });
    const concealed: string[] = [];
    const conceal = (secret: Secret): void => void concealed.push(secret.reveal());
    const load = adapterFor([{ origin, auth: basic() }]);
    await expect(load('reader:p4ssword', { conceal })).rejects.toThrow('No p4ssword');
    expect(concealed).toEqual(expect.arrayContaining(['p4ssword', btoa('reader:p4ssword')]));
  });
});
