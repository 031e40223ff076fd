import { once } from 'node:events';
import * as http from 'node:http';
import * as net from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { classify } from '../src/index';
import { selfSigned } from './self-signed';
import {
  answering,
  cleanup,
  clientFor,
  json,
  listening,
  rejection,
  requestTo,
  serve,
  signalled,
} from './support';

/** A proxy on loopback that connects to `port` whatever it is asked for, and what it was asked for. */
async function proxyTo(
  port: number,
  status = 200,
): Promise<{
  readonly url: string;
  readonly asked: { target: string; headers: http.IncomingHttpHeaders }[];
}> {
  const asked: { target: string; headers: http.IncomingHttpHeaders }[] = [];
  const server = http.createServer((_, response) => response.writeHead(status).end());
  server.on('connect', (request: http.IncomingMessage, socket: net.Socket) => {
    asked.push({ target: request.url ?? '', headers: request.headers });
    socket.on('error', () => {});
    if (status !== 200) return socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const upstream = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    cleanup(() => upstream.destroy());
    return undefined;
  });
  const proxy = await listening(server);
  return { url: `http://127.0.0.1:${proxy.port}`, asked };
}

const NAMES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((n) => [n, n.toLowerCase()]);
let before: Record<string, string | undefined>;

beforeEach(() => {
  before = Object.fromEntries(NAMES.map((name) => [name, process.env[name]]));
  for (const name of NAMES) delete process.env[name];
});
afterEach(() => {
  for (const name of NAMES) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});

describe('a proxy', () => {
  it('is told the address that was checked, and nothing of the request', async () => {
    const api = await serve((request, response) => json(response, { host: request.headers.host }));
    const proxy = await proxyTo(api.port);
    const { resolver } = answering(['93.184.216.34']);
    const origin = 'http://crm.example.com';
    const client = clientFor({ origins: [origin], resolver, proxy: { url: proxy.url } });
    expect(await client.request(requestTo(`${origin}/x?key=s3cret`, { token: 'tok' }))).toMatchObject({
      body: '{"host":"crm.example.com"}',
    });
    expect(proxy.asked).toEqual([{ target: '93.184.216.34:80', headers: expect.any(Object) }]);
    expect(inspect(proxy.asked)).not.toMatch(/tok|s3cret/);
    await client.request(requestTo(origin));
    expect(proxy.asked, 'the connection is kept').toHaveLength(1);
  });

  it('carries TLS that it cannot look into', async () => {
    const certificate = selfSigned('crm.example.com');
    const api = await serve((_, response) => json(response, { ok: 1 }), certificate);
    const proxy = await proxyTo(api.port);
    const { resolver } = answering(['2606:4700::1']);
    const origin = 'https://crm.example.com';
    const proxied = { resolver, proxy: { url: proxy.url } };
    const client = clientFor({ origins: [{ origin, ca: certificate.cert }], ...proxied });
    expect(await client.request(requestTo(origin))).toMatchObject({ body: '{"ok":1}' });
    expect(proxy.asked).toMatchObject([{ target: '[2606:4700::1]:443' }]);
    const trusting = clientFor({ origins: [origin], ...proxied });
    expect(await rejection(trusting.request(requestTo(origin)))).toHaveProperty('failure.type', 'network');
  });

  it.each([
    ['http://crm.example.com', '10.0.0.1'],
    ['http://crm.example.com', '169.254.169.254'],
  ])('is not asked for %s at %s', async (origin, address) => {
    const proxy = await proxyTo(1);
    const { resolver } = answering([address]);
    const client = clientFor({ origins: [origin], resolver, proxy: { url: proxy.url } });
    expect(await rejection(client.request(requestTo(origin)))).toHaveProperty('failure.type', 'egress');
    expect(proxy.asked).toEqual([]);
  });

  it('looks up names where only it knows them', async () => {
    const api = await serve((_, response) => json(response, { ok: 1 }));
    const proxy = await proxyTo(api.port);
    const { resolver, asked } = answering(['10.0.0.1']);
    const origin = 'http://crm.example.com';
    const client = clientFor({ origins: [origin], resolver, proxy: { url: proxy.url, resolve: 'proxy' } });
    expect(await client.request(requestTo(origin))).toMatchObject({ status: 200 });
    expect(proxy.asked).toMatchObject([{ target: 'crm.example.com:80' }]);
    expect(asked).toEqual([]);
  });

  it('is given its own credential, which is in no error', async () => {
    const proxy = await proxyTo(1, 407);
    const url = proxy.url.replace('http://', 'http://me:pr%40xy@');
    const origin = 'http://crm.example.com';
    const { resolver } = answering(['93.184.216.34']);
    const error = await rejection(
      clientFor({ origins: [origin], resolver, proxy: { url } }).request(requestTo(origin)),
    );
    expect(proxy.asked[0]?.headers['proxy-authorization']).toBe(
      `Basic ${Buffer.from('me:pr@xy').toString('base64')}`,
    );
    expect(error).toHaveProperty('failure', { type: 'proxy', status: 407 });
    expect(inspect(error, { depth: 9 })).not.toMatch(/pr(@|%40)xy/);
    expect(classify(error).kind).toBe('fatal');
  });

  it.each([
    [403, 'fatal'],
    [429, 'transient'],
    [502, 'transient'],
  ])('that answers %i is %s', async (status, kind) => {
    const proxy = await proxyTo(1, status);
    const origin = 'http://crm.example.com';
    const { resolver } = answering(['93.184.216.34']);
    const client = clientFor({ origins: [origin], resolver, proxy: { url: proxy.url } });
    const error = await rejection(client.request(requestTo(origin)));
    expect(error.message).toContain(`The proxy ${proxy.url} answered ${status}`);
    expect(classify(error).kind).toBe(kind);
  });

  it('that does not answer is let go when the load is cancelled, or takes too long', async () => {
    const connection = signalled<net.Socket>();
    const { port } = await listening(net.createServer((socket) => connection.resolve(socket.resume())));
    const origin = 'http://crm.example.com';
    const { resolver } = answering(['93.184.216.34']);
    const proxy = { url: `http://127.0.0.1:${port}` };
    const controller = new AbortController();
    const client = clientFor({ origins: [origin], resolver, proxy });
    const load = rejection(client.request(requestTo(origin, { signal: controller.signal })));
    const socket = await connection.promise;
    controller.abort(new Error('cancelled'));
    expect((await load).message).toBe('cancelled');
    if (!socket.closed) await once(socket, 'close');
    const hasty = clientFor({ origins: [origin], resolver, proxy, timeouts: { connect: 50 } });
    expect(await rejection(hasty.request(requestTo(origin)))).toHaveProperty('failure.phase', 'connect');
  });
});

describe('the environment', () => {
  it('names the proxy, unless it excludes the host, the host is this machine, or the options say none', async () => {
    const api = await serve((_, response) => json(response, { ok: 1 }));
    const proxy = await proxyTo(api.port);
    process.env.HTTP_PROXY = proxy.url;
    process.env.NO_PROXY = 'direct.example.com';
    const { resolver } = answering(['127.0.0.1']);
    const origins = ['crm', 'direct'].map((name) => ({
      origin: `http://${name}.example.com:${api.port}`,
      addresses: ['127.0.0.1'],
    }));
    const client = clientFor({ origins: [...origins, api.origin], resolver });
    const none = clientFor({ origins, resolver, proxy: { url: 'none' } });
    for (const { origin } of origins) {
      await client.request(requestTo(origin));
      await none.request(requestTo(origin));
    }
    await client.request(requestTo(api.origin));
    expect(proxy.asked.map(({ target }) => target)).toEqual([`127.0.0.1:${api.port}`]);
  });
});
