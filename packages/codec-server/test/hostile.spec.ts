import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import * as net from 'node:net';
import type { AddressInfo } from 'node:net';
import { Keyring } from '@stateful-workflow/core/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codecServer } from '../src/server';
import { Tries } from '../src/tries';

const token = randomBytes(16).toString('hex');
const keyring = new Keyring({ primary: 'k', keys: { k: randomBytes(32) } });
const MIB = 1024 * 1024;

let server: ReturnType<typeof codecServer>;
let port: number;
beforeEach(async () => {
  server = codecServer({ keyring, token });
  await server.listen({ port: 0, host: '127.0.0.1' });
  ({ port } = server.server.address() as AddressInfo);
});
afterEach(() => server.close());

/** Sends text as it is and gives what comes back until the server ends the connection. */
async function raw(...parts: readonly string[]): Promise<string> {
  const socket = net.connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.on('error', () => {});
  for (const part of parts) socket.write(part);
  await once(socket, 'close');
  return answer;
}

const head = (path: string, ...headers: readonly string[]): string =>
  [`POST ${path} HTTP/1.1`, 'Host: x', 'Content-Type: application/json', ...headers, '', ''].join('\r\n');

describe('a body', () => {
  it.each(['/decode', '/encode'])('of somebody unknown is not waited for at %s', async (path) => {
    // Nothing of it comes: an answer shows that it was not needed.
    const answer = await raw(head(path, `Content-Length: ${30 * MIB}`));
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer).toMatch(/connection: close/i);
  });

  it('of somebody with a wrong token is not waited for', async () => {
    const answer = await raw(
      head('/decode', `Content-Length: ${30 * MIB}`, `Authorization: Bearer ${'x'.repeat(32)}`),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('without an end is not read either', async () => {
    const answer = await raw(head('/decode', 'Transfer-Encoding: chunked'), '5\r\nhello\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
  });

  it.each(['/', '/nowhere'])('at %s has to be short', async (path) => {
    const answer = await raw(head(path, `Content-Length: ${MIB}`));
    expect(answer).toMatch(/^HTTP\/1\.1 4(04|13) /);
  });

  it('of somebody known is bounded', async () => {
    const answer = await raw(
      head('/decode', `Content-Length: ${40 * MIB}`, `Authorization: Bearer ${token}`),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });
});

describe('headers', () => {
  it('are bounded', async () => {
    const answer = await raw(head('/decode', `X-Long: ${'x'.repeat(20_000)}`));
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });

  it.each([
    ['GET', '/'],
    ['POST', '/'],
    ['POST', '/decode'],
    ['GET', '/nowhere'],
  ] as const)('of %s %s forbid frames and caches', async (method, url) => {
    const { headers } = await server.inject({ method, url });
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['x-frame-options']).toBe('DENY');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['cache-control']).toBe('no-store');
  });
});

const signIn = (given: string, remoteAddress: string, headers: Record<string, string> = {}) =>
  server.inject({
    method: 'POST',
    url: '/',
    remoteAddress,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams({ token: given }).toString(),
  });
const decode = (given: string, remoteAddress: string) =>
  server.inject({
    method: 'POST',
    url: '/decode',
    remoteAddress,
    headers: { authorization: `Bearer ${given}` },
    payload: {},
  });

describe('tries', () => {
  it('are ten a minute from one address, at the page and with the header together', async () => {
    for (let n = 0; n < 5; n += 1) {
      expect((await signIn(`wrong-${n}`, '10.0.0.1')).statusCode).toBe(401);
      expect((await decode(`wrong-${n}`, '10.0.0.1')).statusCode).toBe(401);
    }
    for (const answer of [await signIn(token, '10.0.0.1'), await decode(token, '10.0.0.1')]) {
      expect(answer.statusCode).toBe(429);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    expect((await decode(token, '10.0.0.2')).statusCode).toBe(200);
  });

  it('that come at once are no more', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => signIn(`wrong-${n}`, '10.0.0.1')));
    expect(answers.filter(({ statusCode }) => statusCode === 401)).toHaveLength(10);
    expect(answers.filter(({ statusCode }) => statusCode === 429)).toHaveLength(40);
  });

  it('from many addresses are held back together, and those who know the token are not', async () => {
    expect((await decode(token, '10.1.0.1')).statusCode).toBe(200);
    for (let n = 0; n < 100; n += 1) await signIn('wrong', `10.0.${n}.1`);
    expect((await signIn('wrong', '10.2.0.1')).statusCode).toBe(429);
    expect((await decode(token, '10.2.0.1')).statusCode).toBe(429);
    expect((await decode(token, '10.1.0.1')).statusCode).toBe(200);
  });

  it('do not end a session', async () => {
    const { headers } = await signIn(token, '10.0.0.1');
    const [cookie = ''] = String(headers['set-cookie']).split(';');
    for (let n = 0; n < 10; n += 1) await signIn('wrong', '10.0.0.1');
    const answer = await server.inject({
      method: 'POST',
      url: '/decode',
      remoteAddress: '10.0.0.1',
      headers: { cookie },
      payload: {},
    });
    expect(answer.statusCode).toBe(200);
  });

  it('are not told apart by what a caller says of itself, and by a proxy only where there is one', async () => {
    for (let n = 0; n < 10; n += 1) await signIn('wrong', '10.0.0.1', { 'x-forwarded-for': `10.9.0.${n}` });
    expect((await signIn(token, '10.0.0.1', { 'x-forwarded-for': '10.9.9.9' })).statusCode).toBe(429);
    await server.close();
    server = codecServer({ keyring, token, secure: true });
    for (let n = 0; n < 10; n += 1)
      await signIn('wrong', '10.0.0.1', { 'x-forwarded-for': `10.9.0.${n}, 10.8.0.1` });
    expect((await signIn(token, '10.0.0.1', { 'x-forwarded-for': '10.8.0.1' })).statusCode).toBe(429);
    expect((await signIn(token, '10.0.0.1', { 'x-forwarded-for': '10.8.0.2' })).statusCode).toBe(200);
  });
});

describe('Tries', () => {
  it('forget after a minute', () => {
    let now = 1_000_000;
    const tries = new Tries(() => now);
    for (let n = 0; n < 10; n += 1) tries.failed('10.0.0.1');
    expect(tries.wait('10.0.0.1')).toBe(60);
    now += 59_001;
    expect(tries.wait('10.0.0.1')).toBe(1);
    now += 1_000;
    expect(tries.wait('10.0.0.1')).toBe(0);
    tries.failed('10.0.0.1');
    expect(tries.wait('10.0.0.1')).toBe(0);
  });

  it('take a bounded room', () => {
    const tries = new Tries();
    for (let n = 0; n < 5_000; n += 1) {
      tries.failed(`10.1.${n >> 8}.${n & 255}`);
      tries.passed(`10.2.${n >> 8}.${n & 255}`);
    }
    expect(tries.size).toBe(2_000);
  });

  it.each([
    ['2001:db8:1:2::1', '2001:0db8:0001:0002:ffff:0:0:9', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['::1', '0:0:0:0:0:0:0:2', true],
    ['::ffff:10.0.0.1', '10.0.0.1', true],
    ['::ffff:10.0.0.1', '::ffff:10.0.0.2', false],
    ['10.0.0.1', '10.0.0.2', false],
  ])('take %s and %s for one: %s', (one, other, isSame) => {
    const tries = new Tries();
    for (let n = 0; n < 10; n += 1) tries.failed(one);
    expect(tries.wait(other) > 0).toBe(isSame);
  });
});
