import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { toNodeListener } from '../src/index';
import { event, eventually, type Heard, TestEnvironment, told } from './support/environment';

describe('toNodeListener()', () => {
  let env: TestEnvironment;
  let heard: Heard;
  let id: string;
  const servers: Server[] = [];
  beforeAll(async () => {
    env = await TestEnvironment.start();
    id = await env.customer();
  });
  afterEach(() => {
    for (const server of servers.splice(0)) server.close().closeAllConnections();
  });
  afterAll(() => env.stop());

  /** @returns where it listens */
  async function listening(listener: RequestListener): Promise<string> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/crm`;
  }

  /** A server whose requests come by way of what a framework does to them first. */
  const mounted = (
    before: (incoming: IncomingMessage) => Promise<void> | void = () => {},
  ): Promise<string> => {
    heard = env.handler({ maxBodyBytes: 1_000 });
    const listener = toNodeListener(heard.handler);
    return listening(
      (incoming, outgoing) => void Promise.resolve(before(incoming)).then(() => listener(incoming, outgoing)),
    );
  };

  /** Sends a request over the loopback. */
  async function sent(url: string, signed: Request): Promise<Response> {
    const body = Buffer.from(await signed.arrayBuffer());
    return fetch(url, { method: signed.method, headers: signed.headers, body });
  }

  const bytesOf = async (incoming: IncomingMessage): Promise<Buffer> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
    return Buffer.concat(chunks);
  };

  it('hands over what came, and gives back what is answered', async () => {
    const url = await mounted();
    const answer = await sent(url, await event(id));
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await told(answer)).toEqual({ status: 200, outcome: 'accepted' });
  });

  it.each(['body', 'rawBody'])('takes the bytes that a framework left in %s', async (field) => {
    const url = await mounted(
      async (incoming) => void Object.assign(incoming, { [field]: await bytesOf(incoming) }),
    );
    expect(await told(await sent(url, await event(id)))).toEqual({ status: 200, outcome: 'accepted' });
  });

  it('says what to do where a framework has parsed the body', async () => {
    const url = await mounted(async (incoming) => {
      const body: unknown = JSON.parse((await bytesOf(incoming)).toString());
      Object.assign(incoming, { body });
    });
    const answer = await told(await sent(url, await event(id)));
    expect(answer).toMatchObject({
      status: 500,
      outcome: 'failed',
      message: expect.stringMatching(/^body: was read/),
    });
    expect(heard.lines.join()).toContain('see "Body parsers" in the guide');
  });

  it.each(['GET', 'PUT', 'TRACE', 'OPTIONS', 'PROPFIND'])(
    'answers %s with what is allowed',
    async (method) => {
      const outgoing = request(await mounted(), { method }).end();
      const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
      answer.resume();
      expect([answer.statusCode, answer.headers['allow']]).toEqual([405, 'POST']);
    },
  );

  it('does not read on in a body that is too large and comes in chunks, and closes the connection', async () => {
    const headers = Object.fromEntries((await event(id)).headers);
    const outgoing = request(await mounted(), { method: 'POST', headers });
    // Not one byte more than it takes: what is never read could have the answer lost.
    outgoing.write(Buffer.alloc(1_001));
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect([answer.statusCode, answer.headers.connection]).toEqual([413, 'close']);
    answer.resume();
    await once(answer, 'close');
    outgoing.destroy();
  });

  it('outlives who hangs up in the middle of a body', async () => {
    let arrive = (): void => {};
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const url = await mounted(() => arrive());
    const headers = { ...Object.fromEntries((await event(id)).headers), 'content-length': '500' };
    const outgoing = request(url, { method: 'POST', headers });
    outgoing.on('error', () => {});
    outgoing.write('{');
    await arrived;
    outgoing.destroy();
    await eventually(() => expect(heard.reports).toMatchObject([{ status: 400, outcome: 'invalid' }]));
    expect((await told(await sent(url, await event(id)))).status).toBe(200);
  });
});
