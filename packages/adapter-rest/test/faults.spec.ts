import type { Socket } from 'node:net';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { CredentialError, type FaultKind } from '@stateful-workflow/core';
import { describe, expect, it } from 'vitest';
import { adapter, answering, api, closed, failure, loadContext, rawServer, signalled } from './support';

const TOKEN = 'tok_5ecret';
const BODY = 'b0dy-text';

/** Loads from `origin` and gives the fault, having seen that nothing secret is in the error. */
async function fault(origin: string, options: { maxResponseBytes?: number } = {}) {
  const rest = adapter({ origins: [origin], ...options });
  const error = await failure(rest, { path: '/x?key=s3cret' }, loadContext({ apiUrl: origin, token: TOKEN }));
  const all = inspect(error, { depth: Infinity, showHidden: true });
  for (const secret of [TOKEN, 's3cret', BODY]) expect(all).not.toContain(secret);
  expect(error.message).toContain(`GET ${origin}/x?key=…`);
  return rest.classify(error);
}

describe('statuses', () => {
  it.each<[number, Record<string, string>, FaultKind, number?]>([
    [202, {}, 'transient'],
    [206, {}, 'invalid'],
    [300, {}, 'invalid'],
    [400, {}, 'invalid'],
    [401, {}, 'unauthorized'],
    [403, {}, 'unauthorized'],
    [404, {}, 'gone'],
    [407, {}, 'unauthorized'],
    [408, {}, 'transient'],
    [410, {}, 'gone'],
    [422, {}, 'invalid'],
    [425, {}, 'transient'],
    [429, {}, 'throttled'],
    [429, { 'retry-after': '7' }, 'throttled', 7_000],
    [
      429,
      { 'retry-after': 'Wed, 01 Jul 2026 10:01:30 GMT', date: 'Wed, 01 Jul 2026 10:00:00 GMT' },
      'throttled',
      90_000,
    ],
    [500, {}, 'transient'],
    [502, {}, 'transient'],
    [503, {}, 'transient'],
    [503, { 'retry-after': '2' }, 'throttled', 2_000],
    [503, { 'retry-after': 'soon' }, 'transient'],
  ])('%i %j is %s', async (status, headers, kind, retryAfterMs) => {
    const origin = await api((app) =>
      app.get('/x', (_, reply) => reply.headers(headers).code(status).send({ BODY })),
    );
    const seen = await fault(origin);
    expect(seen).toMatchObject({ kind });
    expect(seen.retryAfterMs).toBe(retryAfterMs);
    expect(seen.message).toContain(`answered ${status} `);
  });
});

describe('the network', () => {
  it('refuses the connection', async () => {
    const origin = 'http://127.0.0.1:1';
    expect(await fault(origin)).toMatchObject({
      kind: 'transient',
      message: expect.stringContaining('ECONNREFUSED') as string,
    });
  });

  it.each([
    ['at once', (socket: { destroy(): void; resetAndDestroy(): void }) => socket.destroy()],
    ['with a reset', (socket: { destroy(): void; resetAndDestroy(): void }) => socket.resetAndDestroy()],
  ])('closes the connection %s', async (_, close) => {
    const origin = await rawServer((socket) => socket.once('data', () => close(socket)));
    expect(await fault(origin)).toMatchObject({
      kind: 'transient',
      message: expect.stringContaining('ECONNRESET') as string,
    });
  });

  it('speaks something else', async () => {
    const origin = await answering('220 mail.example.com ESMTP\r\n');
    expect(await fault(origin)).toMatchObject({
      kind: 'fatal',
      message: expect.stringContaining('HPE_') as string,
    });
  });

  it('speaks no TLS', async () => {
    const origin = await rawServer((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    expect(await fault(origin.replace('http:', 'https:'))).toMatchObject({ kind: 'fatal' });
  });
});

describe('bodies', () => {
  const ok = (headers: string, body: string | Buffer): Buffer =>
    Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${headers}\r\n`), Buffer.from(body)]);
  const sized = (headers: string, body: Buffer): Buffer =>
    ok(`${headers}Content-Length: ${body.length}\r\n`, body);
  const html = Buffer.from(`<html>${BODY}</html>`);
  const gzipped = gzipSync(`{"a":"${BODY}"}`);

  it.each<[string, Buffer, FaultKind, string]>([
    ['shorter than announced', ok('Content-Length: 100\r\n', `{"a":"${BODY}`), 'transient', 'broke off'],
    [
      'that ends within a chunk',
      ok('Transfer-Encoding: chunked\r\n', `20\r\n{"${BODY}`),
      'transient',
      'broke off',
    ],
    [
      'that ends early and has no length',
      ok('Content-Type: application/json\r\n', `{"${BODY}`),
      'transient',
      'ends too early',
    ],
    [
      'of half a gzip stream',
      sized('Content-Encoding: gzip\r\n', gzipped.subarray(0, -12)),
      'transient',
      'ends too early',
    ],
    ['that is no gzip', sized('Content-Encoding: gzip\r\n', html), 'fatal', 'not valid gzip'],
    ['in another encoding', sized('Content-Encoding: zstd\r\n', html), 'fatal', 'content-encoding "zstd"'],
    ['of HTML', sized('Content-Type: text/html\r\n', html), 'fatal', 'not JSON (content-type text/html)'],
    [
      'of broken JSON',
      sized('Content-Type: application/json\r\n', Buffer.from(`{"${BODY}":}`)),
      'fatal',
      'not JSON (content-type application/json)',
    ],
    ['of no type', sized('', html), 'fatal', 'content-type missing'],
    ['that is empty', sized('', Buffer.from('')), 'fatal', 'empty body'],
    ['of white space', sized('', Buffer.from(' \n')), 'fatal', 'empty body'],
    [
      'in another charset',
      sized('Content-Type: application/json; charset=iso-8859-1\r\n', html),
      'fatal',
      '"iso-8859-1"',
    ],
    ['that is not UTF-8', sized('', Buffer.from('{"a":"\xff"}', 'latin1')), 'fatal', 'not UTF-8'],
    ['of a number', sized('', Buffer.from('7')), 'invalid', 'a number where a record'],
    ['of null', sized('', Buffer.from('null')), 'invalid', 'null where a record'],
  ])('%s', async (_, bytes, kind, message) => {
    expect(await fault(await answering(bytes))).toMatchObject({
      kind,
      message: expect.stringContaining(message) as string,
    });
  });

  it('that are missing, with status 204', async () => {
    const origin = await api((app) => app.get('/x', (_, reply) => reply.code(204).send()));
    expect(await fault(origin)).toMatchObject({
      kind: 'fatal',
      message: expect.stringContaining('There is no body') as string,
    });
  });

  it.each<[string, Buffer]>([
    ['by their own account', ok('Content-Length: 5000\r\n', '')],
    ['as they turn out', ok('', `{"a":"${'x'.repeat(5000)}`)],
    ['once unpacked', sized('Content-Encoding: gzip\r\n', gzipSync(Buffer.alloc(50 * 1024 * 1024)))],
  ])('that are too large %s', async (_, bytes) => {
    // The server holds its side open: it is the adapter that ends it.
    const connection = signalled<Socket>();
    const origin = await answering(bytes, connection.resolve);
    const maxResponseBytes = bytes.includes('gzip') ? 100_000 : 1000;
    expect(await fault(origin, { maxResponseBytes })).toMatchObject({
      kind: 'fatal',
      message: expect.stringContaining(`more than ${maxResponseBytes} bytes`) as string,
    });
    await closed(await connection.promise);
  });
});

it('passes on the error of a credential', async () => {
  const rest = adapter({ origins: ['http://127.0.0.1:1'] });
  const refused = new CredentialError('CREDENTIAL_MISBOUND', 'CRM_TOKEN is not bound to this origin.');
  const context = loadContext({ apiUrl: 'http://127.0.0.1:1', credential: () => Promise.reject(refused) });
  const error = await failure(rest, { path: '/x' }, context);
  expect(error).toBe(refused);
  expect(rest.classify(error)).toEqual({ kind: 'unauthorized', message: refused.message });
});
