import type { ServerResponse } from 'node:http';
import type { CredentialIdentity, Secret } from '@stateful-workflow/core';
import { describe, expect, it } from 'vitest';
import {
  apiKey,
  type AuthScheme,
  basic,
  clientCredentials,
  fetchOver,
  type HttpClient,
  type HttpRequest,
} from '../src/index';
import { bodyOf, clientFor, json, patient, rejection, requestTo, serve } from './support';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A request that keeps what it is told to conceal. */
function concealing(url: string, options: Parameters<typeof requestTo>[1] = {}) {
  const concealed = new Set<string>();
  const conceal = (secret: Secret): void => void concealed.add(secret.reveal());
  return { ...requestTo(url, { conceal, ...options }), concealed };
}

/** Sends requests at once, each of which has to reach the server: their answers, in the order of arrival. */
async function unshared(
  client: HttpClient,
  { waiting, arrival }: Awaited<ReturnType<typeof patient>>,
  requests: readonly HttpRequest[],
) {
  const answers = requests.map((request) => client.request(request));
  await arrival(requests.length);
  waiting.forEach((response, n) => json(response, { n }));
  return (await Promise.all(answers)).map(({ body }) => body);
}

/** A scheme of the user's, without an identity. */
const nameless: AuthScheme = {
  name: 'nameless',
  async authorize({ credential }) {
    const held = await credential();
    return held === undefined ? {} : { headers: { 'X-Token': held.secret.reveal() } };
  },
};

describe('a scheme that does not say whose a request is', () => {
  it('has no answer shared: two tenants get two', async () => {
    const api = await patient();
    const client = clientFor({ origins: [{ origin: api.origin, auth: nameless }] });
    const requests = ['tenant-a', 'tenant-b'].map((token) => requestTo(api.origin, { token }));
    expect(new Set(await unshared(client, api, requests)).size).toBe(2);
  });

  it.each<[string, AuthScheme]>([
    ['the same token', nameless],
    [
      'a header of its own making',
      { name: 'own', authorize: async () => ({ headers: { 'X-Tenant': 'a' } }) },
    ],
    ['a query of its own making', { name: 'own', authorize: async () => ({ query: { tenant: 'a' } }) }],
    [
      'an identity that is empty',
      {
        name: 'own',
        authorize: async () => ({ headers: { 'X-T': 'a' }, identity: '' as CredentialIdentity }),
      },
    ],
    [
      'nothing shown of what it asked for',
      {
        name: 'own',
        async authorize({ credential }) {
          await credential();
          return {};
        },
      },
    ],
  ])('has none shared with %s either', async (_, auth) => {
    const api = await patient();
    const client = clientFor({ origins: [{ origin: api.origin, auth }] });
    const requests = [1, 2].map(() => requestTo(api.origin, { token: 'tenant-a' }));
    expect(new Set(await unshared(client, api, requests)).size).toBe(2);
  });

  it('has each tenant learn its own limits', async () => {
    let requests = 0;
    const { origin } = await serve((_, response) => {
      requests += 1;
      response.writeHead(429, { 'retry-after': '60' }).end();
    });
    const client = clientFor({ origins: [{ origin, auth: nameless }] });
    for (const token of ['tenant-a', 'tenant-b', 'tenant-a'])
      await rejection(client.request(requestTo(origin, { token })));
    expect(requests, 'the third was not sent').toBe(2);
  });

  it('has nobody held back by what it learnt, where nobody is known', async () => {
    let requests = 0;
    const { origin } = await serve((_, response) => {
      requests += 1;
      response.writeHead(429, { 'retry-after': '60' }).end();
    });
    const auth: AuthScheme = { name: 'own', authorize: async () => ({ headers: { 'X-Tenant': 'a' } }) };
    const client = clientFor({ origins: [{ origin, auth }] });
    for (let n = 0; n < 3; n += 1) await rejection(client.request(requestTo(origin)));
    await rejection(client.request(requestTo(origin, { auth: basic() })));
    expect(requests).toBe(4);
  });

  it('cannot be counted against a budget, and says so', async () => {
    const { origin, connections } = await serve((_, response) => json(response, {}));
    const budget = { requests: 1, perMs: 60_000 };
    const auth: AuthScheme = { name: 'own', authorize: async () => ({ headers: { 'X-Tenant': 'a' } }) };
    const client = clientFor({ origins: [{ origin, auth, budget }] });
    const error = await rejection(client.request(requestTo(origin)));
    expect(error.message).toMatch(/^budget: .*"own" does not say whose a request is.*identity/);
    expect(connections()).toBe(0);
  });

  it('needs none where only its answers say how often it may be asked', async () => {
    const { origin } = await serve((_, response) => json(response, {}));
    const auth: AuthScheme = { name: 'own', authorize: async () => ({ headers: { 'X-Tenant': 'a' } }) };
    const client = clientFor({ origins: [{ origin, auth, budget: { scope: 'route' } }] });
    expect(await client.request(requestTo(origin))).toMatchObject({ status: 200 });
  });

  it('counts each tenant against a budget of its own', async () => {
    const { origin } = await serve((_, response) => json(response, {}));
    const budget = { requests: 1, perMs: 60_000 };
    const client = clientFor({ origins: [{ origin, auth: nameless, budget }] });
    await client.request(requestTo(origin, { token: 'tenant-a' }));
    await client.request(requestTo(origin, { token: 'tenant-b' }));
    const error = await rejection(client.request(requestTo(origin, { token: 'tenant-a' })));
    expect(error).toHaveProperty('failure.type', 'limit');
  });
});

describe('equal requests under way', () => {
  it.each<[string, Partial<HttpRequest>, Partial<HttpRequest>]>([
    ['what they accept', { accept: (status) => status === 404 }, {}],
    ['which of two they accept', { accept: (status) => status === 404 }, { accept: (s) => s === 410 }],
    ['whose field an error names', { field: 'apiUrl' }, { field: 'path' }],
    ['a header', { headers: { 'X-Tenant': 'a' } }, { headers: { 'X-Tenant': 'b' } }],
    ['a body', { method: 'POST', body: '1' }, { method: 'POST', body: '2' }],
  ])('share nothing when they differ in %s', async (_, one, other) => {
    const api = await patient();
    const client = clientFor({ origins: [api.origin] });
    const requests = [one, other].map((options) => requestTo(api.origin, { token: 'same', ...options }));
    expect(new Set(await unshared(client, api, requests)).size).toBe(2);
  });

  it('share nothing when what is shown differs, whatever the scheme says of whose it is', async () => {
    let shown = 0;
    const auth: AuthScheme = {
      name: 'odd',
      async authorize({ credential }) {
        return { headers: { 'X-Tenant': String((shown += 1)) }, identity: (await credential())?.identity };
      },
    };
    const api = await patient();
    const client = clientFor({ origins: [{ origin: api.origin, auth }] });
    const requests = [1, 2].map(() => requestTo(api.origin, { token: 'same' }));
    expect(new Set(await unshared(client, api, requests)).size).toBe(2);
  });

  it('share when a fetch takes any answer: what is accepted counts, not which function says so', async () => {
    const { origin, waiting, arrival } = await patient();
    const fetch = fetchOver(clientFor({ origins: [origin] }), requestTo(origin, { token: 'same' }));
    const answers = [fetch(origin), fetch(origin)];
    await arrival(1);
    json(waiting[0] as ServerResponse, { n: 1 });
    for (const answer of answers) expect(await (await answer).json()).toEqual({ n: 1 });
    expect(waiting).toHaveLength(1);
  });
});

describe('what was made or got from a credential', () => {
  it('is concealed by everybody who shares the request that got it', async () => {
    let issued = 0;
    const tokens = await serve((request, response) => {
      void bodyOf(request).then(() => {
        issued += 1;
        json(response, { access_token: `access-token-${issued}`, token_type: 'Bearer' });
      });
    });
    const { origin, waiting, arrival } = await patient();
    const auth = clientCredentials({ tokenUrl: `${tokens.origin}/token`, clientId: 'sync' });
    const client = clientFor({ origins: [{ origin, auth }, tokens.origin] });
    const loads = [1, 2, 3].map(() => concealing(origin, { token: 's3cret', dedupe: true }));
    const [first, ...others] = loads.map((load) => rejection(client.request(load)));
    await arrival(1);
    waiting[0]?.writeHead(401).end();
    await arrival(2);
    // They come while the request is tried again with a token that only the first has got.
    expect(waiting).toHaveLength(2);
    waiting[1]?.writeHead(400).end();
    for (const error of [first, ...others]) expect((await error)?.message).toContain('answered 400');
    expect(issued).toBe(2);
    for (const { concealed } of loads) expect([...concealed]).toContain('access-token-2');
  });

  it.each<[string, AuthScheme, string, readonly string[]]>([
    ['basic()', basic(), 'reader:p@ss:word', ['reader', 'p@ss:word', base64('reader:p@ss:word')]],
    ['basic() with an empty password', basic(), 'sk_live_1:', ['sk_live_1', base64('sk_live_1:')]],
    ['basic({ user })', basic({ user: 'reader' }), 'p@ss', [base64('reader:p@ss')]],
    ['apiKey()', apiKey({ header: 'X-Key' }), 'k3y-k3y', []],
  ])('of %s is concealed', async (_, auth, token, secrets) => {
    const { origin } = await serve((_request, response) => response.writeHead(400).end());
    const client = clientFor({ origins: [{ origin, auth }] });
    const load = concealing(origin, { token });
    await rejection(client.request(load));
    expect([...load.concealed].sort()).toEqual([...secrets].sort());
  });

  it('of id:secret is concealed, by those as well who find the token there', async () => {
    const tokens = await serve((request, response) => {
      void bodyOf(request).then(() => json(response, { access_token: 'tok-1', token_type: 'bearer' }));
    });
    const { origin } = await serve((_, response) => json(response, {}));
    const auth = clientCredentials({ tokenUrl: `${tokens.origin}/token` });
    const client = clientFor({ origins: [{ origin, auth }, tokens.origin] });
    for (let n = 0; n < 2; n += 1) {
      const load = concealing(origin, { token: 'the-id:s3 cr+t' });
      await client.request(load);
      const pair = base64('the-id:s3+cr%2Bt');
      expect([...load.concealed].sort()).toEqual(['the-id', 's3 cr+t', pair, 'tok-1'].sort());
    }
  });
});

describe('one request', () => {
  it('has one credential, whatever is rotated meanwhile', async () => {
    const seen: (string | undefined)[] = [];
    const { origin } = await serve((request, response) => {
      seen.push(request.headers.authorization);
      if (request.url === '/') response.writeHead(307, { location: '/there' }).end();
      else json(response, {});
    });
    let asked = 0;
    const client = clientFor({ origins: [origin] });
    const old = requestTo(origin, { token: 'old' });
    const rotated = requestTo(origin, { token: 'new' });
    const credential = (at: string) => ((asked += 1) === 1 ? old : rotated).credential(at);
    await client.request({ ...old, credential });
    expect(seen).toEqual(['Bearer old', 'Bearer old']);
  });
});
