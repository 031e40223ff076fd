import { once } from 'node:events';
import { connect } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { Keyring } from '@stateful-workflow/core/client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type {} from '@stateful-workflow/dev-services/vitest';
import { type ConsoleOptions, type RunningConsole, startConsole } from '../src';
import { type Answer, send } from './support/request';

const TOKEN = 'a token of 26 characters..';
const json = { 'content-type': 'application/json' };
const consoles: RunningConsole[] = [];
let connection: Connection;

beforeAll(() => {
  connection = Connection.lazy({ address: inject('temporalAddress') });
});
afterAll(async () => {
  for (const { close } of consoles) await close();
  await connection.close();
});

async function start(options: Partial<ConsoleOptions> = {}): Promise<string> {
  const running = await startConsole({ client: new Client({ connection }), port: 0, ...options });
  consoles.push(running);
  return running.url;
}

/** The CSRF token that a page of the console gets, and its cookie. */
async function page(url: string, token?: string): Promise<Record<string, string>> {
  const headers: Record<string, string> = { origin: url, ...json };
  if (token !== undefined) {
    const { headers: given } = await post(url, '/api/sign-in', { token }, headers);
    headers['cookie'] = String(given['set-cookie']).split(';')[0] ?? '';
  }
  const { body } = await send(url, '/api/session', { headers });
  return { ...headers, 'x-csrf-token': (JSON.parse(body) as { csrf: string }).csrf };
}

const post = (url: string, path: string, body: unknown, headers: Record<string, string>): Promise<Answer> =>
  send(url, path, { method: 'POST', headers, body: JSON.stringify(body) });

const ACTIONS = '/api/workflows/Nobody-1/actions';
const pause = { do: 'pause' };

describe('a console on a loopback address', () => {
  let url: string;
  beforeAll(async () => {
    url = await start();
  });

  it('is not reached by a name that a site has led to this machine', async () => {
    const { port } = new URL(url);
    for (const host of [
      `evil.example:${port}`,
      `127.0.0.1.nip.example:${port}`,
      `localhost.evil.example`,
      'a b',
    ]) {
      for (const path of ['/', '/api/session', '/api/fleet/events']) {
        const { status, body } = await send(url, path, { headers: { host } });
        expect([host, path, status]).toEqual([host, path, 421]);
        expect(body).not.toContain('csrf');
      }
    }
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`])
      expect((await send(url, '/api/session', { headers: { host } })).status).toBe(200);
  });

  it('takes nothing from a page of another origin, and tells it nothing', async () => {
    const own = await page(url);
    for (const origin of ['https://evil.example', 'null', url.replace('http', 'https'), `${url}0`]) {
      const { status } = await post(url, ACTIONS, pause, { ...own, origin });
      expect([origin, status]).toEqual([origin, 403]);
    }
    const without = Object.entries(own).filter(([name]) => name !== 'origin');
    expect((await post(url, ACTIONS, pause, Object.fromEntries(without))).status).toBe(403);
    for (const site of ['cross-site', 'same-site'])
      for (const path of ['/api/session', '/api/fleet/events', '/api/minutes', '/api/workflows/a/events'])
        expect((await send(url, path, { headers: { 'sec-fetch-site': site } })).status).toBe(403);
    const { headers } = await send(url, '/api/session', { headers: { origin: 'https://evil.example' } });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
  });

  it('takes nothing without the token that only its pages know', async () => {
    const { 'x-csrf-token': csrf = '', ...own } = await page(url);
    for (const wrong of [undefined, '', 'x', `${csrf}x`, csrf.toLowerCase()]) {
      const headers = { ...own, ...(wrong !== undefined && { 'x-csrf-token': wrong }) };
      expect((await post(url, ACTIONS, pause, headers)).status).toBe(403);
    }
    const { status, body } = await post(url, ACTIONS, pause, { ...own, 'x-csrf-token': csrf });
    expect([status, body]).toEqual([400, expect.stringContaining('There is no workflow')]);
  });

  it('takes JSON only: no form of another site can send that', async () => {
    const own = await page(url);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      expect((await post(url, ACTIONS, pause, { ...own, 'content-type': type })).status).toBe(415);
  });

  it('refuses what is too large, and what is no action', async () => {
    const own = await page(url);
    const large = { do: 'edit', entityName: 'Note', id: '1', field: 'text', value: 'x'.repeat(70_000) };
    expect((await post(url, ACTIONS, large, own)).status).toBe(413);
    expect((await post(url, '/api/sign-in', { token: 'x'.repeat(5_000) }, own)).status).toBe(413);
    expect((await send(url, '/', { headers: { 'x-large': 'x'.repeat(20_000) } })).status).toBe(431);
    for (const body of [
      null,
      [],
      'pause',
      {},
      { do: 'terminate' },
      { do: 'constructor' },
      { do: 'edit' },
      { do: 'sealToken', value: 'secret-value' },
      { do: 'acceptDeletions', sources: [] },
    ]) {
      const { status, body: said } = await post(url, ACTIONS, body, own);
      expect([JSON.stringify(body), status]).toEqual([JSON.stringify(body), 400]);
      expect(said).not.toContain('secret-value');
    }
    expect((await send(url, ACTIONS, { method: 'POST', headers: own, body: '{"do":' })).status).toBe(400);
  });

  it('sends its own pages for every path, and no file besides', async () => {
    const start = (await send(url, '/')).body;
    for (const path of [
      '/../package.json',
      '/assets/../../package.json',
      '/assets/..%2f..%2fpackage.json',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd',
      '//etc/passwd',
      '/assets/..\\..\\package.json',
      '/assets/%00',
      '/index.html%00.js',
    ]) {
      const { status, body } = await send(url, path);
      expect([path, [200, 400, 404].includes(status)]).toEqual([path, true]);
      if (status === 200) expect(body).toBe(start);
      else expect(body).not.toMatch(/root:|"version"/);
    }
  });

  it('has its pages run nothing but its own files, in nobody’s frame', async () => {
    for (const path of ['/', '/workflows/x', '/api/session', '/nothing/here.js', '/api/nothing']) {
      const { headers } = await send(url, path);
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|https?:|data:|\*/);
      expect(headers).toMatchObject({ 'x-frame-options': 'DENY', 'x-content-type-options': 'nosniff' });
    }
    const { body } = await send(url, '/');
    expect(body).not.toMatch(/<script>|<style|\son\w+=|style=|https?:\/\//);
  });
});

describe('a console with a sign-in token', () => {
  it('tells nothing to who has not signed in', async () => {
    const url = await start({ token: TOKEN });
    const { body } = await send(url, '/api/session');
    expect(JSON.parse(body)).toEqual({ needsToken: true, signedIn: false });
    for (const path of [
      '/api/fleet/events',
      '/api/minutes',
      '/api/workflows/a/events',
      '/api/workflows/a/data',
    ])
      expect((await send(url, path)).status).toBe(401);
    expect((await post(url, ACTIONS, pause, { ...json, origin: url })).status).toBe(401);
  });

  it('lets in who knows it, by a cookie that no script reads and no other site sends, until they sign out', async () => {
    const url = await start({ token: TOKEN });
    const { status, headers } = await post(url, '/api/sign-in', { token: TOKEN }, { ...json, origin: url });
    expect(status).toBe(200);
    expect(String(headers['set-cookie'])).toMatch(/; HttpOnly; SameSite=Strict; Path=\/; Max-Age=\d+$/);
    const own = await page(url, TOKEN);
    expect((await send(url, '/api/minutes', { headers: own })).status).toBe(200);
    const other = await page(url, TOKEN);
    // What one session knows is no use to another.
    const mixed = { ...own, 'x-csrf-token': other['x-csrf-token'] ?? '' };
    expect((await post(url, ACTIONS, pause, mixed)).status).toBe(403);
    expect((await post(url, '/api/sign-out', {}, own)).status).toBe(200);
    expect((await send(url, '/api/minutes', { headers: own })).status).toBe(401);
  });

  it('marks its cookie for https where it is reached by that, and takes the origin that it was given', async () => {
    const origin = 'https://console.example.com';
    const url = await start({ token: TOKEN, origins: [origin], secure: true });
    const headers = { ...json, origin, host: 'console.example.com' };
    const { status, headers: given } = await post(url, '/api/sign-in', { token: TOKEN }, headers);
    expect([status, String(given['set-cookie'])]).toEqual([200, expect.stringContaining('; Secure')]);
  });

  it('holds back who tries many tokens, and the right one with them', async () => {
    const url = await start({ token: TOKEN });
    const headers = { ...json, origin: url };
    for (let i = 0; i < 10; i++)
      expect((await post(url, '/api/sign-in', { token: `wrong ${i}` }, headers)).status).toBe(401);
    const { status, headers: said } = await post(url, '/api/sign-in', { token: TOKEN }, headers);
    expect([status, Number(said['retry-after']) > 0]).toEqual([429, true]);
    const many = await Promise.all(
      Array.from({ length: 30 }, () => post(url, '/api/sign-in', { token: 'x' }, headers)),
    );
    expect(many.map((answer) => answer.status)).toEqual(Array(30).fill(429));
  });

  it('takes no token from a page of another origin', async () => {
    const url = await start({ token: TOKEN });
    const headers = { ...json, origin: 'https://evil.example' };
    expect((await post(url, '/api/sign-in', { token: TOKEN }, headers)).status).toBe(403);
  });

  it.each([
    ['no token elsewhere', { host: '0.0.0.0' }, 'needs a sign-in token'],
    ['a short token', { token: 'short' }, 'fewer than 16 characters'],
    ['an origin with a path', { origins: ['https://a.example/b'] }, 'An origin is a scheme and a host'],
  ])('does not start with %s', async (_, options, message) => {
    await expect(start(options)).rejects.toThrow(message);
  });
});

describe('a console that only shows', () => {
  it('has no workflow do anything, whatever it is sent', async () => {
    const keyring = new Keyring({ primary: 'k', keys: { k: Buffer.alloc(32, 1).toString('base64') } });
    const url = await start({ readOnly: true, keyring });
    const own = await page(url);
    for (const action of [
      pause,
      { do: 'refresh' },
      { do: 'cancel' },
      { do: 'sealToken', value: 'v', origins: ['https://a.example'] },
    ])
      for (const path of [ACTIONS, `${ACTIONS}?readOnly=false`, '/api/workflows/Nobody-1/actions/']) {
        const { status } = await post(url, path, action, { ...own, 'x-http-method-override': 'POST' });
        expect([path, status >= 403 && status < 500]).toEqual([path, true]);
      }
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      const { status } = await send(url, ACTIONS, { method, headers: own, body: JSON.stringify(pause) });
      expect([method, status >= 400 && status < 500]).toEqual([method, true]);
    }
  });
});

it('ends a request that never comes to its end', async () => {
  const url = await start();
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(`POST ${ACTIONS} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Length: 1000000\r\n\r\n{`);
  socket.resume();
  // It is refused before its body is read, and with it the connection ends.
  await once(socket, 'close');
});
