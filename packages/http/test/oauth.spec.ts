import { generateKeyPairSync } from 'node:crypto';
import * as http from 'node:http';
import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { apiKey, classify, clientCredentials, type ClientCredentialsOptions } from '../src/index';
import { bodyOf, clientFor, json, listening, rejection, requestTo, serve } from './support';

const SECRET = 's3cret+with % and-blank_:!';
const ID = 'sync-client.v1_x';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = ({ privateKey }: typeof rsa): string =>
  privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** A real authorization server, which checks what it is shown to the letter. */
async function authorizationServer() {
  // It tells developers that it is set up for development, some of it as it is loaded.
  for (const method of ['warn', 'info'] as const) vi.spyOn(console, method).mockImplementation(() => {});
  const { default: Provider } = await import('oidc-provider');
  const server = http.createServer();
  const { port } = await listening(server);
  const issuer = `http://127.0.0.1:${port}`;
  const common = {
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    scope: 'read',
  };
  const keyed = { ...common, token_endpoint_auth_method: 'private_key_jwt' } as const;
  const jwks = ({ publicKey }: typeof rsa) => ({
    keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1' }],
  });
  const provider = new Provider(issuer, {
    features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
    scopes: ['read', 'write'],
    clients: [
      { ...common, client_id: ID, client_secret: SECRET, token_endpoint_auth_method: 'client_secret_basic' },
      { ...common, client_id: 'b', client_secret: SECRET, token_endpoint_auth_method: 'client_secret_post' },
      { ...keyed, client_id: 'rsa', jwks: jwks(rsa), token_endpoint_auth_signing_alg: 'RS256' },
      { ...keyed, client_id: 'ec', jwks: jwks(ec), token_endpoint_auth_signing_alg: 'ES256' },
    ],
  });
  server.on('request', (request, response) => void provider.callback()(request, response));
  return { provider, issuer };
}

/** An API that takes what the server has issued, behind a client that gets it. */
async function setUp(options: Partial<ClientCredentialsOptions>) {
  const { provider, issuer } = await authorizationServer();
  const api = await serve((request, response) => {
    const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    void provider.ClientCredentials.find(token).then((found) => {
      if (found === undefined) response.writeHead(401).end();
      else json(response, { client: found.clientId, scope: found.scope });
    });
  });
  const auth = clientCredentials({ tokenUrl: `${issuer}/token`, assertionAudience: issuer, ...options });
  return { client: clientFor({ origins: [{ origin: api.origin, auth }, issuer] }), api, issuer };
}

describe('client credentials with a real authorization server', () => {
  it.each<[string, Partial<ClientCredentialsOptions>, string, object]>([
    ['a secret in a header', { clientId: ID, scope: 'read' }, SECRET, { client: ID, scope: 'read' }],
    ['id and secret in a header', {}, `${ID}:${SECRET}`, { client: ID }],
    ['id and secret in the body', { clientAuth: 'body' }, `b:${SECRET}`, { client: 'b' }],
  ])('proves itself with %s', async (_, options, token, body) => {
    const { client, api } = await setUp(options);
    expect(JSON.parse((await client.request(requestTo(api.origin, { token }))).body)).toMatchObject(body);
  });

  it.each([
    ['rsa', rsa],
    ['ec', ec],
  ])('proves itself with an %s key', async (clientId, keys) => {
    const { client, api } = await setUp({ clientAuth: 'private_key_jwt', keyId: 'k1', clientId });
    const { body } = await client.request(requestTo(api.origin, { token: pem(keys) }));
    expect(JSON.parse(body)).toMatchObject({ client: clientId });
  });

  it.each<[string, Partial<ClientCredentialsOptions>, string, RegExp]>([
    [
      'another secret',
      { clientId: ID },
      'wr0ng-secret-wr0ng-secret-wr0ng-secret',
      /with 401 \(invalid_client: client authentication failed/,
    ],
    ['another scope', { clientId: ID, scope: 'write' }, SECRET, /with 400 \(invalid_scope: requested scope/],
    [
      'another key',
      { clientId: 'rsa', clientAuth: 'private_key_jwt' },
      pem(generateKeyPairSync('rsa', { modulusLength: 2048 })),
      /with 401 \(invalid_client/,
    ],
  ])('tells what the server says of %s', async (_, options, token, message) => {
    const { client, api } = await setUp(options);
    const error = await rejection(client.request(requestTo(api.origin, { token })));
    expect(classify(error).kind).toBe('unauthorized');
    expect(error.message).toMatch(message);
    expect(inspect(error, { depth: 9 })).not.toContain(token);
  });
});

/** What a token endpoint got, and an API behind it. */
async function endpoint(
  answer: object | string,
  options: Partial<ClientCredentialsOptions> = {},
  status = 200,
) {
  const requests: { readonly body: URLSearchParams; readonly authorization?: string }[] = [];
  const tokens = await serve((request, response) => {
    void bodyOf(request).then((body) => {
      requests.push({ body: new URLSearchParams(body), authorization: request.headers.authorization });
      response.writeHead(status).end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    });
  });
  const seen: (string | undefined)[] = [];
  const api = await serve((request, response) => {
    seen.push(request.headers.authorization);
    json(response, {});
  });
  const auth = clientCredentials({ tokenUrl: `${tokens.origin}/token`, clientId: ID, ...options });
  const client = clientFor({ origins: [{ origin: api.origin, auth }, tokens.origin] });
  const load = (token = SECRET) => client.request(requestTo(api.origin, { token, dedupe: false }));
  return { load, requests, seen };
}

const good = { access_token: 'tok', token_type: 'Bearer', expires_in: 3600 };

describe('a token endpoint', () => {
  it.each<[string, string]>([
    [ID, 'sync-client.v1_x:s3cret%2Bwith+%25+and-blank_%3A%21'],
    ['a+b c:d%', 'a%2Bb+c%3Ad%25:s3cret%2Bwith+%25+and-blank_%3A%21'],
  ])('is shown the id %s and the secret form-encoded', async (clientId, pair) => {
    const { load, requests } = await endpoint(good, { clientId });
    await load();
    expect(requests[0]?.authorization).toBe(`Basic ${Buffer.from(pair).toString('base64')}`);
    expect([...(requests[0]?.body ?? [])]).toEqual([['grant_type', 'client_credentials']]);
  });

  it.each<[string, object]>([
    ['a number as text', { expires_in: '3600' }],
    ['nothing', { expires_in: undefined }],
    ['null', { expires_in: null, scope: null, refresh_token: null }],
    ['zero', { expires_in: 0 }],
    ['an ID token, which is nobody’s', { id_token: 'e30.e30.' }],
    ['its type in small letters', { token_type: 'bearer' }],
    ['no type', { token_type: undefined }],
  ])('that gives %s is understood', async (_, more) => {
    const { load, requests, seen } = await endpoint({ ...good, ...more });
    await load();
    await load();
    expect(seen).toEqual(['Bearer tok', 'Bearer tok']);
    expect(requests).toHaveLength(1);
  });

  it('that gives a token a short life, as text, is asked again', async () => {
    const { load, requests } = await endpoint({ ...good, expires_in: '0.0001' });
    await load();
    // The clock ticks in milliseconds: the token has ended once it has ticked.
    for (const got = Date.now(); Date.now() <= got;);
    await load();
    expect(requests).toHaveLength(2);
  });

  it.each<[string, object | string, RegExp]>([
    ['a type that is no text', { ...good, token_type: 7 }, /gave no usable access_token: .*token_type/],
    ['another type', { ...good, token_type: 'mac' }, /gave no usable access_token: .*token_type/],
    ['a type that has to be proved', { ...good, token_type: 'DPoP' }, /is no bearer token/],
    ['a life that is none', { ...good, expires_in: 'soon' }, /expires_in/],
    ['a life that is over', { ...good, expires_in: -1 }, /expires_in/],
    ['a list', [], /not a JSON object/],
    ['no JSON', '<html>tok-in-page</html>', /not a JSON object/],
    ['a token with a line break', { ...good, access_token: 'a\r\nX: y' }, /cannot be in a header/],
  ])('that gives %s is refused', async (_, answer, message) => {
    const { load, seen } = await endpoint(answer);
    const error = await rejection(load());
    expect(classify(error).kind).toBe('fatal');
    expect(error.message).toMatch(message);
    expect(inspect(error, { depth: 9 })).not.toMatch(/tok-in-page|"tok"|'tok'/);
    expect(seen).toEqual([]);
  });

  it.each<[string, number, object, string, RegExp]>([
    [
      'an error',
      400,
      { error: 'invalid_client', error_description: 'Who?' },
      'unauthorized',
      /with 400 \(invalid_client: Who\?\)\. Rotate/,
    ],
    [
      'an error with a good status',
      200,
      { error: 'unauthorized_client' },
      'unauthorized',
      /with 200 \(unauthorized_client\)\./,
    ],
    ['nothing', 401, {}, 'unauthorized', /with 401\. Rotate/],
    [
      'that it is busy',
      400,
      { error: 'temporarily_unavailable' },
      'transient',
      /answered 400 \(temporarily_unavailable\)/,
    ],
    ['no text', 400, { error: 7, error_description: {} }, 'unauthorized', /with 400\. Rotate/],
    [
      'what breaks lines',
      400,
      { error: 'a\nb', error_description: 'c\u0007' },
      'unauthorized',
      /with 400\. Rotate/,
    ],
  ])('that says %s is told of', async (_, status, answer, kind, message) => {
    const { load } = await endpoint(answer, {}, status);
    const error = await rejection(load());
    expect(classify(error).kind).toBe(kind);
    expect(error.message).toMatch(message);
  });

  it.each([
    'plain-s3cret-of-ours',
    encodeURIComponent('plain-s3cret-of-ours').toUpperCase(),
    Buffer.from('plain-s3cret-of-ours').toString('base64'),
    Buffer.from(`${ID}:plain-s3cret-of-ours`).toString('base64'),
    `${'x'.repeat(190)}plain-s3cret-of-ours`,
  ])('that repeats the secret, as %s, is not repeated', async (said) => {
    const { load } = await endpoint({ error: 'invalid_client', error_description: `Not ${said}!` }, {}, 401);
    const error = await rejection(load('plain-s3cret-of-ours'));
    expect(error.message).toContain('with 401 (invalid_client). Rotate');
  });

  it('that has much to say is told of in short', async () => {
    const { load } = await endpoint(
      { error: 'e'.repeat(9_999), error_description: 'd'.repeat(9_999) },
      {},
      400,
    );
    expect((await rejection(load())).message.length).toBeLessThan(700);
  });

  it('that limits one client does not hold back another', async () => {
    const { load, requests } = await endpoint({ error: 'slow' }, { clientAuth: 'body' }, 429);
    for (const token of ['secret-a', 'secret-b', 'secret-a']) await rejection(load(token));
    expect(requests).toHaveLength(3);
  });

  it('that redirects is not followed to another origin with the secret', async () => {
    const away = await serve((_, response) => json(response, good));
    const tokens = await serve((_, response) => response.writeHead(307, { location: away.origin }).end());
    const api = await serve((_, response) => json(response, {}));
    const auth = clientCredentials({ tokenUrl: tokens.origin, clientId: ID, clientAuth: 'body' });
    const client = clientFor({ origins: [{ origin: api.origin, auth }, tokens.origin, away.origin] });
    const error = await rejection(client.request(requestTo(api.origin, { token: SECRET })));
    expect(error.message).toContain('A POST is followed only to its own origin');
    expect(away.connections()).toBe(0);
  });

  it('may have a scheme of its own for its origin: it is not used for a token', async () => {
    const tokens = await serve((request, response) =>
      json(response, { ...good, access_token: request.headers['x-key'] === undefined ? 'tok' : 'odd' }),
    );
    const seen: unknown[] = [];
    const api = await serve((request, response) => {
      seen.push(request.headers.authorization);
      json(response, {});
    });
    const auth = clientCredentials({ tokenUrl: tokens.origin, clientId: ID });
    const own = { origin: tokens.origin, auth: apiKey({ header: 'X-Key' }) };
    const client = clientFor({ origins: [{ origin: api.origin, auth }, own] });
    await client.request(requestTo(api.origin, { token: 'tok-secret' }));
    expect(seen).toEqual(['Bearer tok']);
  });
});

describe('options', () => {
  it.each<[ClientCredentialsOptions, RegExp]>([
    [{ tokenUrl: 'login' }, /^tokenUrl: is not a URL/],
    [{ tokenUrl: 'https://a.example/t', clientAuth: 'private_key_jwt' }, /^clientId: is missing/],
  ])('%j are refused', (options, message) => {
    expect(() => clientCredentials(options)).toThrow(message);
  });

  it.each([
    ['not-a-key', /is not a private key as PEM/],
    [pem(generateKeyPairSync('ed25519')), /of a kind that is not used here/],
  ])('a credential that is no key is refused, without being repeated', async (token, message) => {
    const { load } = await endpoint(good, { clientAuth: 'private_key_jwt' });
    const error = await rejection(load(token));
    expect(classify(error).kind).toBe('unauthorized');
    expect(error.message).toMatch(message);
    expect(inspect(error, { depth: 9 })).not.toContain(token.slice(0, 40));
  });
});
