import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { StatefulWorkflowError } from '@stateful-workflow/core';
import { StatefulHandle } from '@stateful-workflow/core/client';
import { explained } from 'stateful-workflow/internal';
import { checkAction } from '../actions/check-action';
import type { About, SessionInfo } from '../api/types';
import type { Sight } from '../sight';
import { type Asset, readAssets } from './assets';
import { Door } from './door';
import { EventStreams } from './event-streams';
import { Guard, refuse } from './guard';
import { HEADERS } from './headers';
import { toJson } from './to-json';

/** How the server is set up. */
export interface ServerOptions {
  readonly about: About;
  readonly sight: Sight;
  readonly token: string | undefined;
  readonly origins: readonly string[];
  readonly secure: boolean;
}

/** The largest request, in bytes: its headers, and its body. */
const MAX_HEADERS = 16 * 1024;
const MAX_BODY = 64 * 1024;
/** How long a request may take to come, in milliseconds. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
/** A workflow's id has no more characters than this; each may be written as nine. */
const MAX_ID = 1_000 * 9;

type ById = { Params: { id: string } };

/** The HTTP server of the console: its pages, what they ask, and what they have workflows do. */
export function consoleServer({ about, sight, token, origins, secure }: ServerOptions): FastifyInstance {
  const guard = new Guard(origins);
  const door = new Door(token, secure);
  const streams = new EventStreams();
  const assets = readAssets();
  const server = fastify({
    bodyLimit: MAX_BODY,
    requestTimeout: REQUEST_MS,
    routerOptions: { maxParamLength: MAX_ID },
    // The last proxy, and what it has added: what stands before that, anybody may have written.
    trustProxy: secure && ((_address: string, hop: number) => hop === 0),
    http: { maxHeaderSize: MAX_HEADERS, headersTimeout: HEADERS_MS },
    forceCloseConnections: true,
  });
  // Only JSON: no form of another site can send that.
  server.removeContentTypeParser('text/plain');
  server.setReplySerializer((payload) => toJson(payload));
  server.addHook('onRequest', async (_, reply) => void reply.headers(HEADERS));
  server.addHook('onRequest', (request, reply) => guard.checkHost(request, reply));
  server.addHook('preClose', async () => streams.close());
  server.setErrorHandler((error, _, reply) => failed(error, reply));
  server.setNotFoundHandler((request, reply) => page(assets, request, reply));

  const asked = [guard.checkOrigin.bind(guard), door.authenticate.bind(door)];
  const sent = [...asked, door.checkCsrf.bind(door)];

  server.get('/api/session', { onRequest: guard.checkOrigin.bind(guard) }, (request): SessionInfo => {
    const session = door.session(request);
    const known = session !== undefined && { csrf: door.csrf(session), about };
    return { needsToken: door.needsToken, signedIn: session !== undefined, ...known };
  });
  server.post('/api/sign-in', {
    bodyLimit: 4 * 1024,
    onRequest: [guard.checkOrigin.bind(guard), door.holdBack.bind(door)],
    handler: (request, reply) => door.signIn(request, reply),
  });
  server.post('/api/sign-out', { onRequest: sent }, async (request) => {
    door.signOut(request);
    return {};
  });

  server.get('/api/fleet/events', { onRequest: asked }, (request, reply) =>
    streams.open(
      request,
      reply,
      (tell) => sight.fleet.listen(tell),
      () => door.session(request) !== undefined,
    ),
  );
  server.get('/api/minutes', { onRequest: asked }, () => ({ minutes: sight.fleet.minutes }));
  server.get<ById>('/api/workflows/:id/events', { onRequest: asked }, (request, reply) =>
    streams.open(
      request,
      reply,
      (tell) => sight.workflow(request.params.id).listen(tell),
      () => door.session(request) !== undefined,
    ),
  );
  const handle = (id: string): StatefulHandle => new StatefulHandle(sight.client, id);
  server.get<ById>('/api/workflows/:id/data', { onRequest: asked }, async ({ params }) => ({
    data: await sight.inTime(() => handle(params.id).data()),
  }));
  server.get<ById>('/api/workflows/:id/children', { onRequest: asked }, async ({ params }) => ({
    children: await sight.inTime(() => handle(params.id).children()),
  }));
  server.get<ById & { Querystring: { entity?: string; of?: string } }>(
    '/api/workflows/:id/provenance',
    { onRequest: asked },
    async ({ params, query: { entity = '', of = '' } }) => ({
      provenance: await sight.inTime(() => handle(params.id).provenanceOf(entity, of)),
    }),
  );
  server.post<ById>('/api/workflows/:id/actions', {
    onRequest: [...sent, async (_, reply) => void (about.readOnly && (await refuseToAct(reply)))],
    handler: async ({ params, body }) => sight.act(params.id, checkAction(body)),
  });
  return server;

  function failed(error: unknown, reply: FastifyReply): FastifyReply {
    const { statusCode } = error as { readonly statusCode?: number };
    // Fastify's own, such as a body that is too large.
    if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
      return refuse(reply, statusCode, (error as Error).message);
    const { message } = explained(error, about);
    const status = error instanceof StatefulWorkflowError ? 400 : 502;
    return reply.code(status).send({ message });
  }
}

const refuseToAct = (reply: FastifyReply): FastifyReply =>
  refuse(reply, 403, 'This console only shows: it was started with --read-only.');

function page(
  assets: ReadonlyMap<string, Asset>,
  { method, url, headers }: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const [path = '/'] = url.split('?');
  if ((method !== 'GET' && method !== 'HEAD') || path.startsWith('/api/'))
    return reply.code(404).send({ message: 'There is nothing here.' });
  const found = assets.get(path);
  const isFile = path.startsWith('/assets/');
  const asset = found ?? (isFile ? undefined : assets.get('/index.html'));
  if (asset === undefined) return reply.code(404).send({ message: 'There is nothing here.' });
  // Their names change with what they hold.
  if (isFile) void reply.header('cache-control', 'public, max-age=31536000, immutable');
  void reply.code(200).type(asset.type).header('vary', 'accept-encoding');
  if (asset.gzipped !== undefined && /\bgzip\b/.test(headers['accept-encoding'] ?? ''))
    return reply.header('content-encoding', 'gzip').send(asset.gzipped);
  return reply.send(asset.body);
}
