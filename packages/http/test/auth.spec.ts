import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { apiKey, type AuthScheme, basic, bearer, classify, clientCredentials } from '../src/index';
import { bodyOf, clientFor, json, rejection, requestTo, serve } from './support';

/** An API that answers with what it was shown. */
const echo = () =>
  serve((request, response) => json(response, { url: request.url, headers: request.headers }));

async function shown(auth: AuthScheme | undefined, token: string | undefined) {
  const { origin } = await echo();
  const request = requestTo(`${origin}/x?a=1`, { token });
  const answer = await clientFor({ origins: [{ origin, auth }] }).request(request);
  expect(request.asked).toEqual([origin]);
  return JSON.parse(answer.body) as { url: string; headers: Record<string, string> };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('schemes', () => {
  it.each<[string, AuthScheme | undefined, string, object]>([
    ['bearer by default', undefined, 'tok', { authorization: 'Bearer tok' }],
    ['bearer', bearer(), 'tok', { authorization: 'Bearer tok' }],
    ['basic', basic(), 'me:pä:ss', { authorization: `Basic ${base64('me:pä:ss')}` }],
    [
      'basic with a user',
      basic({ user: 'me' }),
      'pass word',
      { authorization: `Basic ${base64('me:pass word')}` },
    ],
    ['a key in a header', apiKey({ header: 'X-Key' }), 'k', { 'x-key': 'k' }],
    [
      'a key with a prefix',
      apiKey({ header: 'Authorization', prefix: 'Token' }),
      'k',
      { authorization: 'Token k' },
    ],
  ])('%s', async (_, auth, token, headers) => {
    expect(await shown(auth, token)).toMatchObject({ url: '/x?a=1', headers });
  });

  it('a key in the query, encoded', async () => {
    expect(await shown(apiKey({ query: 'key' }), 'a&b=c')).toMatchObject({ url: '/x?a=1&key=a%26b%3Dc' });
  });

  it.each([bearer(), basic(), apiKey({ header: 'X-Key' }), apiKey({ query: 'key' })])(
    '$name shows nothing where there is no credential',
    async (auth) => {
      const { url, headers } = await shown(auth, undefined);
      expect(url).toBe('/x?a=1');
      expect(headers).not.toHaveProperty('authorization');
      expect(headers).not.toHaveProperty('x-key');
    },
  );

  it.each([
    [basic(), 'no-colon'],
    [apiKey({ header: 'X-Key' }), 'two words'],
    [apiKey({ header: 'X-Key' }), 'k\r\nX-Evil: 1'],
    [apiKey({ query: 'key' }), ''],
    [bearer(), 'tök'],
  ])('$name says that it cannot use a credential, and nothing of it', async (auth, token) => {
    const { origin, connections } = await echo();
    const client = clientFor({ origins: [{ origin, auth }] });
    const error = await rejection(client.request(requestTo(origin, { token })));
    expect(classify(error).kind).toBe('unauthorized');
    expect(error.message).toContain(`The credential for ${origin} (fingerprint f:${token.length})`);
    if (token !== '') expect(inspect(error, { depth: 9 })).not.toContain(token);
    expect(connections()).toBe(0);
  });

  it('of the user sign each URL, redirects as well, and no other origin', async () => {
    const away = await echo();
    const { origin } = await serve((request, response) => {
      if (request.url === '/go') response.writeHead(307, { location: '/there' }).end();
      else if (request.url === '/leave') response.writeHead(307, { location: away.origin }).end();
      else json(response, request.headers);
    });
    const hmac: AuthScheme = {
      name: 'hmac',
      async authorize({ url, method, credential }) {
        const held = await credential();
        if (held === undefined) return {};
        const signature = createHmac('sha256', held.secret.reveal()).update(`${method} ${url.pathname}`);
        return { headers: { 'X-Signature': signature.digest('hex') }, identity: held.identity };
      },
    };
    const client = clientFor({ origins: [{ origin, auth: hmac }, away.origin] });
    const signed = (path: string): string => createHmac('sha256', 'tok').update(`GET ${path}`).digest('hex');
    const there = await client.request(requestTo(`${origin}/go`, { token: 'tok' }));
    expect(JSON.parse(there.body)).toHaveProperty('x-signature', signed('/there'));
    const request = requestTo(`${origin}/leave`, { token: 'tok' });
    expect((await client.request(request)).body).not.toContain('x-signature');
    expect(request.asked).toEqual([origin]);
  });

  it('that make what is no header are stopped', async () => {
    const { origin, connections } = await echo();
    const auth: AuthScheme = { name: 'bad', authorize: async () => ({ headers: { 'X-A': 'a\r\nX-B: b' } }) };
    const error = await rejection(clientFor({ origins: [{ origin, auth }] }).request(requestTo(origin)));
    expect(error.message).toContain('headers.X-A');
    expect(connections()).toBe(0);
  });
});

describe('client credentials', () => {
  interface Endpoint {
    readonly origin: string;
    readonly requests: { headers: IncomingMessage['headers']; body: URLSearchParams }[];
  }

  /** A token endpoint that gives `t1`, `t2`, … */
  async function endpoint(answer: (issued: number) => unknown = () => ({}), status = 200): Promise<Endpoint> {
    const requests: Endpoint['requests'] = [];
    const { origin } = await serve((request, response) => {
      void bodyOf(request).then((body) => {
        requests.push({ headers: request.headers, body: new URLSearchParams(body) });
        const token = { access_token: `t${requests.length}`, token_type: 'Bearer', expires_in: 3600 };
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ ...token, ...(answer(requests.length) as object) }));
      });
    });
    return { origin, requests };
  }

  /** An API that accepts one token, and counts the ones that it was shown. */
  async function api(accepts: (token: string) => boolean) {
    const seen: string[] = [];
    const { origin } = await serve((request, response) => {
      const token = (request.headers.authorization ?? '').replace('Bearer ', '');
      seen.push(token);
      if (accepts(token)) json(response, { ok: 1 });
      else response.writeHead(401).end();
    });
    return { origin, seen };
  }

  const setUp = async (accepts: (token: string) => boolean, login?: Endpoint, options: object = {}) => {
    const tokens = login ?? (await endpoint());
    const crm = await api(accepts);
    const auth = clientCredentials({ tokenUrl: `${tokens.origin}/token`, clientId: 'sync', ...options });
    const client = clientFor({ origins: [{ origin: crm.origin, auth }, tokens.origin] });
    const load = (token = 's3cret') => requestTo(crm.origin, { token, dedupe: false });
    return { tokens, crm, client, load };
  };

  it('gets a token once, with the secret that is bound to the token endpoint, and keeps it', async () => {
    const { tokens, crm, client, load } = await setUp(() => true, undefined, {
      scope: 'read',
      audience: 'crm',
    });
    const request = load();
    await Promise.all([client.request(request), client.request(load())]);
    await client.request(load());
    expect(crm.seen).toEqual(['t1', 't1', 't1']);
    expect(tokens.requests).toHaveLength(1);
    expect(tokens.requests[0]?.headers.authorization).toBe(`Basic ${base64('sync:s3cret')}`);
    expect(Object.fromEntries(tokens.requests[0]?.body ?? [])).toEqual({
      grant_type: 'client_credentials',
      scope: 'read',
      audience: 'crm',
    });
    expect(new Set(request.asked), 'the secret is not resolved for the API').toEqual(
      new Set([tokens.origin]),
    );
  });

  it('names its token as a secret, also when it is held already', async () => {
    const { client, load } = await setUp(() => true);
    for (let n = 0; n < 2; n++) {
      const concealed: string[] = [];
      await client.request({ ...load(), conceal: (secret) => void concealed.push(secret.reveal()) });
      expect(concealed).toEqual(['t1']);
    }
  });

  it('sends id and secret in the body where the endpoint wants it', async () => {
    const { tokens, client, load } = await setUp(() => true, undefined, {
      clientAuth: 'body',
      clientId: undefined,
    });
    await client.request(load('sync:s3:cret'));
    expect(Object.fromEntries(tokens.requests[0]?.body ?? [])).toMatchObject({
      client_id: 'sync',
      client_secret: 's3:cret',
    });
    expect(tokens.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it('gets another token once when the API refuses the one that it has', async () => {
    const { tokens, crm, client, load } = await setUp((token) => token === 't2');
    await Promise.all([client.request(load()), client.request(load())]);
    expect(tokens.requests, 'both refusals led to one new token').toHaveLength(2);
    expect(crm.seen.filter((token) => token === 't1')).not.toEqual([]);
  });

  it('takes a second 401 for an answer', async () => {
    const { tokens, crm, client, load } = await setUp(() => false);
    const error = await rejection(client.request(load()));
    expect(error).toHaveProperty('failure', { type: 'status', status: 401, retryAfterMs: undefined });
    expect(crm.seen).toEqual(['t1', 't2']);
    expect(tokens.requests).toHaveLength(2);
  });

  it('uses no token past its life, nor that of another secret', async () => {
    const short = await endpoint((issued) => ({ expires_in: issued === 1 ? 0.000_1 : 3600 }));
    const { crm, client, load } = await setUp(() => true, short);
    await client.request(load());
    // The clock ticks in milliseconds: the token has ended once it has ticked.
    for (const got = Date.now(); Date.now() <= got;);
    await client.request(load());
    await client.request(load('rotated!'));
    await client.request(load());
    expect(crm.seen).toEqual(['t1', 't2', 't3', 't2']);
  });

  it.each([
    [400, 'unauthorized', /was refused by the token endpoint with 400/],
    [401, 'unauthorized', /was refused by the token endpoint with 401/],
    [500, 'transient', /\/token answered 500/],
  ])('an endpoint that answers %i is %s', async (status, kind, message) => {
    const { client, load } = await setUp(() => true, await endpoint(undefined, status));
    const error = await rejection(client.request(load()));
    expect(classify(error).kind).toBe(kind);
    expect(error.message).toMatch(message);
    expect(inspect(error, { depth: 9 })).not.toMatch(/s3cret|"t1"/);
  });

  it.each([{ access_token: undefined }, { access_token: 'two words' }, { access_token: 7 }])(
    'refuses a token such as %j',
    async (answer) => {
      const { client, load } = await setUp(() => true, await endpoint(() => answer));
      const error = await rejection(client.request(load()));
      expect(error.message).toContain('gave no usable access_token');
      expect(classify(error).kind).toBe('fatal');
    },
  );

  it('reaches the token endpoint only where it is registered', async () => {
    const tokens = await endpoint();
    const crm = await api(() => true);
    const auth = clientCredentials({ tokenUrl: `${tokens.origin}/token`, clientId: 'sync' });
    const client = clientFor({ origins: [{ origin: crm.origin, auth }] });
    const error = await rejection(client.request(requestTo(crm.origin, { token: 's' })));
    expect(error.message).toMatch(/^tokenUrl: the origin .* is not registered/);
    expect(tokens.requests).toEqual([]);
  });

  it('asks for no token where the source has no credential', async () => {
    const { tokens, crm, client } = await setUp(() => true);
    await client.request(requestTo(crm.origin));
    expect(tokens.requests).toEqual([]);
    expect(crm.seen).toEqual(['']);
  });
});
