import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { apiKey, type AuthScheme, basic, bearer, classify, type HttpMethod } from '../src/index';
import { bodyOf, clientFor, json, rejection, requestTo, serve } from './support';

const KEY = 'K3y/with+odd chars=';

/** What a server was asked, all of it. */
interface Seen {
  readonly text: string;
}

/** An API that redirects, and another origin that records what reaches it. */
async function twoOrigins(
  locationOf: (request: IncomingMessage, away: string) => string | undefined,
  auth: AuthScheme,
  status = 301,
) {
  const seen: Seen[] = [];
  const away = await serve((request, response) => {
    void bodyOf(request).then((body) => {
      seen.push({ text: JSON.stringify([request.url, request.rawHeaders, body]) });
      json(response, { ok: true });
    });
  });
  const home = await serve((request, response) => {
    const location = locationOf(request, away.origin);
    if (location === undefined) json(response, { home: true });
    else response.writeHead(status, { location }).end();
  });
  const client = clientFor({ origins: [{ origin: home.origin, auth }, away.origin] });
  const load = (path = '/x?page=1', options: Parameters<typeof requestTo>[1] = {}) =>
    client.request(requestTo(`${home.origin}${path}`, { token: KEY, ...options }));
  return { home, away, seen, client, load };
}

const encoded = encodeURIComponent(KEY);
const twice = encodeURIComponent(encoded);
const capitals = encoded.toUpperCase();

describe('a key in the query', () => {
  it.each<[string, (request: IncomingMessage, away: string) => string]>([
    ['kept whole', ({ url }, away) => `${away}${url}`],
    ['in another case', (_, away) => `${away}/x?page=1&KEY=${encoded}`],
    ['twice', (_, away) => `${away}/x?page=1&key=${encoded}&key=${encoded}`],
    ['of another value', (_, away) => `${away}/x?page=1&key=part-of-it`],
  ])('%s is taken out when its origin sends elsewhere', async (_, locationOf) => {
    const { load, seen } = await twoOrigins(locationOf, apiKey({ query: 'key' }));
    await load();
    expect(seen).toHaveLength(1);
    expect(seen[0]?.text).toContain('/x?page=1"');
    expect(seen[0]?.text.toLowerCase()).not.toContain('key');
  });

  it.each<[string, string]>([
    ['in the path', `/x/${encoded}/y`],
    ['in the path, in small letters', `/x/${encoded.toLowerCase()}`],
    ['in the path, in capitals', `/x/${capitals}`],
    ['under another name', `/x?token=${encoded}`],
    ['as a name', `/x?${encoded}=1`],
    ['within another parameter', `/x?next=${encodeURIComponent(`/x?key=${encoded}`)}`],
    ['encoded twice', `/x?next=${twice}`],
    ['form-encoded', `/x?k=${new URLSearchParams({ k: KEY }).toString().slice(2)}`],
    ['in base64', `/x?k=${Buffer.from(KEY).toString('base64url')}`],
    ['in base64, with something before it', `/x?k=${Buffer.from(`me:${KEY}`).toString('base64')}`],
    ['in hex', `/x?k=${Buffer.from(KEY).toString('hex').toUpperCase()}`],
    ['in JSON', `/x?state=${encodeURIComponent(JSON.stringify({ KEY }).replaceAll('/', '\\/'))}`],
    ['in JSON, in base64', `/x?state=${Buffer.from(JSON.stringify({ KEY })).toString('base64url')}`],
    ['in HTML', `/x?k=${encodeURIComponent([...KEY].map((sign) => `&#${sign.codePointAt(0)};`).join(''))}`],
    [
      'in base64 twice',
      `/x?k=${Buffer.from(Buffer.from(`a:${KEY}`).toString('base64')).toString('base64url')}`,
    ],
    ['in UTF-16, in base64', `/x?k=${Buffer.from(KEY, 'utf16le').toString('base64url')}`],
    [
      'on several lines',
      `/x?k=${encodeURIComponent(Buffer.from(KEY).toString('base64').replace(/.{8}/g, '$&\r\n'))}`,
    ],
  ])('%s stops the redirect', async (_, path) => {
    const { load, seen, away } = await twoOrigins((_request, to) => `${to}${path}`, apiKey({ query: 'key' }));
    const error = await rejection(load());
    expect(classify(error).kind).toBe('invalid');
    expect(error.message).toContain(`sends to ${away.origin}, with the credential for`);
    expect(error.message).not.toMatch(/K3y|odd/i);
    expect(seen).toEqual([]);
  });

  it.each([301, 302, 303, 307, 308])('goes nowhere with a %i to another origin and back', async (status) => {
    const origins: string[] = [];
    const seen: Seen[] = [];
    const away = await serve((request, response) => {
      seen.push({ text: JSON.stringify([request.url, request.rawHeaders]) });
      response.writeHead(status, { location: `${origins[0]}/back?from=b` }).end();
    });
    const home = await serve((request, response) => {
      seen.push({ text: JSON.stringify([request.url, request.rawHeaders]) });
      if (request.url?.startsWith('/back')) json(response, {});
      else response.writeHead(status, { location: `${away.origin}${request.url}` }).end();
    });
    origins.push(home.origin);
    const auth = apiKey({ query: 'key' });
    const client = clientFor({ origins: [{ origin: home.origin, auth }, away.origin] });
    await client.request(requestTo(`${home.origin}/x`, { token: KEY }));
    const [first, ...others] = seen.map(({ text }) => text);
    expect(first).toContain('key=');
    expect(others).toHaveLength(2);
    for (const text of others) expect(text).not.toMatch(/key|K3y/i);
  });

  it('stays on its origin, redirect after redirect', async () => {
    const { load, home } = await twoOrigins(
      ({ url }) => (url?.startsWith('/y') ? undefined : `/y${url?.slice(2)}`),
      apiKey({ query: 'key' }),
    );
    expect(await load()).toMatchObject({ status: 200, request: `GET ${home.origin}/y?page=…&key=…` });
  });
});

describe('every scheme', () => {
  const signed: AuthScheme = {
    name: 'signed',
    async authorize({ credential }) {
      const held = await credential();
      if (held === undefined) return {};
      return {
        headers: { 'X-Signature': 'c0ffee-of-the-day' },
        query: { sig: 'b1ab1ab1a', at: '7' },
        identity: held.identity,
      };
    },
  };

  it.each<[string, AuthScheme, string, string]>([
    ['bearer', bearer(), 'K3y-token', '/x?access_token=K3y-token'],
    ['a key in a header', apiKey({ header: 'X-Key' }), 'K3y-token', '/x/K3y-token'],
    ['basic', basic(), 'reader:K3y-pass', '/x?p=K3y-pass'],
    ['basic, as it is sent', basic(), 'reader:K3y-pass', `/x?p=${btoa('reader:K3y-pass')}`],
    ['what a scheme puts into a header', signed, 'K3y-token', '/x?s=c0ffee-of-the-day'],
    ['what a scheme puts into the query', signed, 'K3y-token', '/x?s=b1ab1ab1a'],
  ])('%s: what it shows does not go elsewhere', async (_, auth, token, path) => {
    const { load, seen } = await twoOrigins((_request, away) => `${away}${path}`, auth);
    const error = await rejection(load('/x', { token }));
    expect(error.message).toContain('A credential stays at its origin');
    expect(seen).toEqual([]);
  });

  it('of the user: its parameters are taken out', async () => {
    const { load, seen } = await twoOrigins(({ url }, away) => `${away}${url}`, signed);
    await load('/x?page=1', { token: 'K3y-token' });
    expect(seen[0]?.text).toContain('"/x?page=1"');
    expect(seen[0]?.text).not.toMatch(/c0ffee|b1ab1a|sig|signature/i);
  });

  it('and no header that could hold one, Referer included', async () => {
    const { load, seen } = await twoOrigins((_, away) => `${away}/x`, apiKey({ query: 'key' }));
    await load('/x', { headers: { Referer: `https://a.example/?key=${encoded}`, 'X-Any': KEY } });
    expect(seen[0]?.text).not.toMatch(/referer|x-any|K3y/i);
  });

  it('asks for no other token when another origin answers 401', async () => {
    const away = await serve((_, response) => response.writeHead(401).end());
    const { origin } = await serve((_, response) =>
      response.writeHead(302, { location: `${away.origin}/` }).end(),
    );
    let renewals = 0;
    const auth: AuthScheme = {
      ...bearer(),
      renew: async () => {
        renewals += 1;
        return true;
      },
    };
    const client = clientFor({ origins: [{ origin, auth }, away.origin] });
    await rejection(client.request(requestTo(origin, { token: KEY.slice(0, 3) })));
    expect(renewals).toBe(0);
  });
});

describe('a body', () => {
  it.each<[HttpMethod, number]>([
    ['POST', 301],
    ['POST', 307],
    ['POST', 308],
  ])('of a %s that holds a key is not followed to another origin with %i', async (method, status) => {
    const { load, seen } = await twoOrigins((_, away) => `${away}/x`, apiKey({ query: 'key' }), status);
    const error = await rejection(load('/x', { method, body: JSON.stringify({ key: KEY }) }));
    expect(error.message).toContain('A POST is followed only to its own origin');
    expect(seen).toEqual([]);
  });

  it('is not taken away after a redirect at home either', async () => {
    const { load, seen } = await twoOrigins(
      ({ url }, away) => (url?.startsWith('/x') ? '/y' : `${away}/z`),
      apiKey({ query: 'key' }),
      307,
    );
    const error = await rejection(load('/x', { method: 'POST', body: KEY }));
    expect(error.message).toContain('A POST is followed only to its own origin');
    expect(seen).toEqual([]);
  });
});
