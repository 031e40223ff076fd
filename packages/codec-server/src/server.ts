import cors from '@fastify/cors';
import { InvalidInputError } from '@stateful-workflow/core';
import { encryptionCodec, type Keyring } from '@stateful-workflow/core/client';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Door } from './door';
import { fromJson, toJson } from './payload-json';

/** How a {@link codecServer} is set up. */
export interface CodecServerOptions {
  readonly keyring: Keyring;
  /** What a person or a program has to know to use it, at least 16 characters. */
  readonly token: string;
  /** Where the Temporal UI is, as origins: others are not answered in a browser. @default `http://localhost:8233` */
  readonly uiOrigins?: readonly string[];
  /**
   * Whether it is reached by https, through a proxy before it: then a UI on another site can stay signed in, and callers
   * are told apart by what the proxy writes into `X-Forwarded-For`.
   * @default false
   */
  readonly secure?: boolean;
}

/** The largest request of somebody who is known, and of somebody who is not yet. Bytes. */
const MAX_PAYLOADS = 32 * 1024 * 1024;
const MAX_FORM = 4 * 1024;
const MAX_HEADERS = 16 * 1024;
/** How long a request may take to come: its headers, and all of it. Milliseconds. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 60_000;

/** Nobody shows the server within a page of theirs, and no cache keeps what it answers. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/**
 * A codec server as the Temporal UI and CLI ask it (`POST /decode`, `POST /encode`), for payloads that were encrypted with
 * `encryptionCodec`. Every request has to show the token: as `Authorization: Bearer`, or by having signed in at `/` with a
 * browser. Who does not is refused before a body is read; who shows wrong tokens has to wait. Payloads that were not
 * encrypted come back as they are.
 *
 * @throws InvalidInputError when the token is too short to be one
 * @example
 * await codecServer({ keyring: Keyring.fromFile('keyring.json'), token }).listen({ port: 8888 });
 */
export function codecServer({
  keyring,
  token,
  uiOrigins = ['http://localhost:8233'],
  secure = false,
}: CodecServerOptions): FastifyInstance {
  if (token.length < 16)
    throw new InvalidInputError('token', 'has fewer than 16 characters', 'Give the codec server a longer one');
  const door = new Door(token, secure);
  const codec = encryptionCodec(keyring);
  const server = fastify({
    bodyLimit: MAX_FORM,
    requestTimeout: REQUEST_MS,
    // The last proxy, and what it has added: what stands before that, anybody may have written.
    trustProxy: secure && ((_address: string, hop: number) => hop === 0),
    http: { maxHeaderSize: MAX_HEADERS, headersTimeout: HEADERS_MS },
  });
  server.addHook('onRequest', async (_, reply) => void reply.headers(HEADERS));
  void server.register(cors, {
    origin: [...uiOrigins],
    credentials: true,
    methods: ['POST'],
    allowedHeaders: ['authorization', 'content-type', 'x-namespace'],
  });
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );

  server.get('/', (request, reply) => door.page(request, reply));
  server.post('/', {
    onRequest: (request, reply) => door.holdBack(request, reply),
    handler: (request, reply) => door.signIn(request, reply),
  });

  const transcode = (run: 'encode' | 'decode') => async (request: FastifyRequest, reply: FastifyReply) => {
    const namespace = request.headers['x-namespace'];
    try {
      const payloads = fromJson(request.body);
      const context =
        typeof namespace === 'string' && namespace !== ''
          ? ({ type: 'workflow', namespace, workflowId: '' } as const)
          : undefined;
      return toJson(await codec[run](payloads, context));
    } catch (error) {
      // What the codec says of a payload names a key and a namespace, and holds nothing of it.
      return reply
        .code(400)
        .send({ message: error instanceof Error ? error.message : 'The payloads cannot be read.' });
    }
  };
  for (const run of ['decode', 'encode'] as const)
    server.post(`/${run}`, {
      bodyLimit: MAX_PAYLOADS,
      onRequest: (request, reply) => door.authenticate(request, reply),
      handler: transcode(run),
    });
  return server;
}
