import cors from '@fastify/cors';
import { encryptionCodec, type Keyring } from '@stateful-workflow/core/client';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Access } from './access';
import { fromJson, toJson } from './payload-json';
import { signInPage } from './sign-in-page';

/** How a {@link codecServer} is set up. */
export interface CodecServerOptions {
  readonly keyring: Keyring;
  /** What a person or a program has to know to use it, at least 16 characters. */
  readonly token: string;
  /** Where the Temporal UI is, as origins: others are not answered in a browser. @default `http://localhost:8233` */
  readonly uiOrigins?: readonly string[];
  /** Whether it is reached by https, through a proxy before it: then a UI on another site can stay signed in. @default false */
  readonly secure?: boolean;
}

/** The largest request. */
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * A codec server as the Temporal UI and CLI ask it (`POST /decode`, `POST /encode`), for payloads that were encrypted with
 * `encryptionCodec`. Every request has to show the token: as `Authorization: Bearer`, or by having signed in at `/` with a
 * browser. Payloads that were not encrypted come back as they are.
 *
 * @throws RangeError when the token is too short to be one
 * @example
 * await codecServer({ keyring: Keyring.fromFile('keyring.json'), token }).listen({ port: 8888 });
 */
export function codecServer({
  keyring,
  token,
  uiOrigins = ['http://localhost:8233'],
  secure = false,
}: CodecServerOptions): FastifyInstance {
  if (token.length < 16) throw new RangeError('The token of the codec server needs at least 16 characters.');
  const access = new Access(token);
  const codec = encryptionCodec(keyring);
  const server = fastify({ bodyLimit: MAX_BYTES });
  void server.register(cors, {
    origin: [...uiOrigins],
    credentials: true,
    methods: ['POST'],
    allowedHeaders: ['authorization', 'content-type', 'x-namespace'],
  });
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );

  const page = (reply: FastifyReply, status: number, text: string): FastifyReply =>
    reply
      .code(status)
      .headers({
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
        'cache-control': 'no-store',
      })
      .type('text/html; charset=utf-8')
      .send(text);
  server.get('/', (request, reply) =>
    page(reply, 200, signInPage(access.permits(request.headers) ? 'You are signed in.' : undefined)),
  );
  server.post('/', (request, reply) => {
    const { token: given } = (request.body ?? {}) as { token?: unknown };
    if (typeof given !== 'string' || !access.isToken(given))
      return page(reply, 401, signInPage('That is not the token.'));
    void reply.header('set-cookie', access.signIn(secure));
    return page(reply, 200, signInPage('You are signed in. The Temporal UI can read your workflows now.'));
  });

  const transcode = (run: 'encode' | 'decode') => async (request: FastifyRequest, reply: FastifyReply) => {
    if (!access.permits(request.headers))
      return reply
        .code(401)
        .send({ message: 'Send the token as Authorization: Bearer, or sign in at / first.' });
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
  server.post('/decode', transcode('decode'));
  server.post('/encode', transcode('encode'));
  return server;
}
