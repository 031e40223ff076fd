import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { classify } from '../src/index';
import { selfSigned } from './self-signed';
import { cleanup, clientFor, json, rejection, requestTo, serve } from './support';

const server = selfSigned('localhost');
const worker = selfSigned('worker');

/** A server with a certificate of its own for `localhost`, which says who asks. */
async function secure(options: { readonly asksFor?: string } = {}): Promise<string> {
  const { port } = await serve(
    (request, response) =>
      json(response, { worker: (request.socket as TLSSocket).getPeerCertificate().subject?.CN ?? null }),
    {
      ...server,
      ...(options.asksFor !== undefined && {
        requestCert: true,
        rejectUnauthorized: true,
        ca: options.asksFor,
      }),
    },
  );
  return `https://localhost:${port}`;
}

const environment = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
afterEach(() => {
  if (environment === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
});

describe('certificates', () => {
  it('that nobody vouches for are refused, also where the environment would not', async () => {
    const origin = await secure();
    const client = clientFor({ origins: [origin] });
    for (const value of [undefined, '0']) {
      if (value !== undefined) {
        process.env.NODE_TLS_REJECT_UNAUTHORIZED = value;
        // Node warns of it, and a test that prints fails.
        process.removeAllListeners('warning');
      }
      const error = await rejection(client.request(requestTo(origin, { token: 'tok' })));
      expect(error).toHaveProperty('failure', { type: 'network', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
      expect(classify(error).kind).toBe('fatal');
    }
  });

  it('are trusted for the origin that names them, and for no other', async () => {
    const [origin, other] = [await secure(), await secure()];
    const client = clientFor({ origins: [{ origin, ca: server.cert }, other] });
    expect(await client.request(requestTo(origin))).toMatchObject({ status: 200 });
    expect(await rejection(client.request(requestTo(other)))).toHaveProperty('failure.type', 'network');
  });

  it('of another host are refused', async () => {
    const origin = (await secure()).replace('localhost', '127.0.0.1');
    const client = clientFor({ origins: [{ origin, ca: server.cert }] });
    expect(await rejection(client.request(requestTo(origin)))).toHaveProperty(
      'failure.code',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    );
  });

  it('of the worker are shown to the origin that wants one', async () => {
    const origin = await secure({ asksFor: worker.cert });
    const known = { origin, ca: server.cert };
    const client = clientFor({ origins: [{ ...known, clientCertificate: worker }] });
    expect(await client.request(requestTo(origin))).toMatchObject({ body: '{"worker":"worker"}' });
    const stranger = clientFor({ origins: [known] });
    cleanup(() => stranger.close());
    expect(await rejection(stranger.request(requestTo(origin)))).toHaveProperty('failure.type', 'network');
  });
});
