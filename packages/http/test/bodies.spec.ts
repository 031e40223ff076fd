import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { classify, HttpError } from '../src/index';
import { clientFor, rejection, requestTo, serve } from './support';

const MIB = 1024 * 1024;

const packers = {
  gzip: gzipSync,
  'x-gzip': gzipSync,
  deflate: deflateSync,
  'deflate, bare': deflateRawSync,
  br: brotliCompressSync,
};

async function packed(packing: string, body: Buffer): Promise<string> {
  const { origin } = await serve((_, response) =>
    response.writeHead(200, { 'content-encoding': packing.replace(/,.*/, '') }).end(body),
  );
  return origin;
}

/** Reads an answer as it comes, and counts. */
async function drain(origin: string, options: { maxStreamBytes?: number } = {}): Promise<number> {
  const client = clientFor({ origins: [origin], ...options });
  let bytes = 0;
  for await (const chunk of client.stream(requestTo(origin), (_, chunks) => chunks)) bytes += chunk.length;
  return bytes;
}

describe.each(Object.entries(packers))('%s', (packing, pack) => {
  it('is unpacked, whole and as it comes', async () => {
    const origin = await packed(packing, pack(Buffer.from('{"name":"Zoë"}')));
    expect(await clientFor({ origins: [origin] }).request(requestTo(origin))).toMatchObject({
      body: '{"name":"Zoë"}',
      bytes: 15,
    });
    expect(await drain(origin)).toBe(15);
  });

  it('that would become too large is stopped, whole and as it comes', async () => {
    const bomb = pack(Buffer.alloc(64 * MIB));
    expect(bomb.length).toBeLessThan(MIB);
    const origin = await packed(packing, bomb);
    const client = clientFor({ origins: [origin], maxResponseBytes: MIB });
    for (const error of [
      await rejection(client.request(requestTo(origin))),
      await rejection(drain(origin, { maxStreamBytes: MIB })),
    ]) {
      expect(error).toHaveProperty('failure', { type: 'body', problem: 'oversized' });
      expect(error.message).toMatch(
        /more than 1048576 bytes.*raise max(Response|Stream)Bytes of testAdapter/,
      );
    }
  });

  it('that ends too early is cut off, as it comes as well', async () => {
    const whole = pack(Buffer.from(`{"name":"${'Zoë'.repeat(100)}"}`));
    const origin = await packed(packing, whole.subarray(0, -6));
    const client = clientFor({ origins: [origin] });
    for (const error of [await rejection(client.request(requestTo(origin))), await rejection(drain(origin))])
      expect(classify(error).kind).toBe('transient');
  });
});

describe('a Content-Encoding that packs nothing', () => {
  it.each([
    'UTF-8',
    'none',
    '',
    'identity',
    'utf8, identity',
    'binary',
    'text/plain',
    'charset=utf-8',
    'aws-chunked',
    '*',
  ])('is ignored: %j', async (name) => {
    const { origin } = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': name }).end('{"id":1}'),
    );
    expect(await clientFor({ origins: [origin] }).request(requestTo(origin))).toMatchObject({
      body: '{"id":1}',
    });
    expect(await drain(origin)).toBe(8);
  });

  it.each(['gzip, utf-8', 'gzip;q=1'])('leaves the one that is named beside it: %j', async (names) => {
    const { origin } = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': names }).end(gzipSync('{"id":1}')),
    );
    expect(await clientFor({ origins: [origin] }).request(requestTo(origin))).toMatchObject({
      body: '{"id":1}',
    });
  });
});

describe('a body that is read as it comes', () => {
  it('is refused in a packing on top of another', async () => {
    const origin = await packed('gzip', Buffer.from('not packed at all'));
    const double = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip, gzip' }).end('x'),
    );
    expect(await rejection(drain(double.origin))).toHaveProperty('failure.problem', 'encoding');
    expect(await rejection(drain(origin))).toHaveProperty('failure.problem', 'malformed');
  });

  it('is not taken for whole when the connection breaks off', async () => {
    const { origin } = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('abc', () => response.destroy());
    });
    const error = await rejection(drain(origin));
    expect(error).toBeInstanceOf(HttpError);
    expect(error).toHaveProperty('failure', { type: 'body', problem: 'truncated' });
  });

  it('frees its place when it is left in the middle, or is an error', async () => {
    let requests = 0;
    const { origin } = await serve((request, response) => {
      requests += 1;
      if (request.url === '/bad') response.writeHead(500).end();
      else response.writeHead(200).write('x'.repeat(100_000));
    });
    const client = clientFor({ origins: [{ origin, concurrency: 1 }] });
    for (let i = 0; i < 3; i += 1) {
      for await (const chunk of client.stream(requestTo(origin), (_, chunks) => chunks)) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
      expect(await rejection(client.request(requestTo(`${origin}/bad`)))).toHaveProperty(
        'failure.status',
        500,
      );
    }
    expect(requests).toBe(6);
  });

  it('is ended by the signal', async () => {
    const { origin } = await serve((_, response) => response.writeHead(200).write('x'));
    const controller = new AbortController();
    const client = clientFor({ origins: [origin] });
    const read = async (): Promise<void> => {
      const request = requestTo(origin, { signal: controller.signal });
      for await (const chunk of client.stream(request, (_head, chunks) => chunks))
        controller.abort(new Error(`stop after ${chunk.length}`));
    };
    expect((await rejection(read())).message).toBe('stop after 1');
  });
});
