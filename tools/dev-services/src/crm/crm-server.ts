import { setTimeout as sleep } from 'node:timers/promises';
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { registerAdmin } from './admin-routes';
import { registerApi } from './api-routes';
import { type BehaviourSwitch } from './behaviour';
import { NoSuchRecordError, type CrmStore } from './crm-store';
import { errorWord, HttpError, sendError } from './http-error';
import { type RequestLog } from './request-log';
import { answered, trackRequest } from './request-tracker';
import { type TokenBook } from './token-book';
import { etagOf, isFresh } from './validators';

/** What the HTTP server works on. */
export interface CrmParts {
  readonly store: CrmStore;
  readonly tokens: TokenBook;
  readonly behaviours: BehaviourSwitch;
  readonly log: RequestLog;
  /** How long each answer of the API takes at least, in milliseconds. */
  readonly latencyMs: number;
}

/** Makes the CRM's HTTP server, which does not listen yet. */
export function createCrmServer(parts: CrmParts): FastifyInstance {
  const app = fastify({
    forceCloseConnections: true,
    // A wrong type or an unknown field is the client's mistake and is told, not mended.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allowUnionTypes: true } },
    frameworkErrors: (error, _request, reply) => void answerError(error, reply as FastifyReply),
  });

  app.addHook('onRequest', async (request, reply) => {
    if (isAdmin(request)) return;
    const tracked = trackRequest(request, reply, parts.log);
    const behaviour = parts.behaviours.take(tracked.path);
    if (!(await wait(behaviour?.latencyMs ?? parts.latencyMs, tracked.gone))) {
      reply.hijack();
      return;
    }
    if (behaviour?.drop) {
      tracked.drop();
      reply.hijack();
      return;
    }
    if (behaviour?.retryAfter !== undefined) reply.header('retry-after', String(behaviour.retryAfter));
    if (behaviour?.status !== undefined) {
      const { status } = behaviour;
      await sendError(reply, status, errorWord(status), 'The CRM was told to answer so.');
      return;
    }
    await authenticate(request, reply, parts.tokens);
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const sent = revalidate(request, reply, payload);
    answered(request, reply.statusCode);
    return sent;
  });

  app.setErrorHandler<FastifyError>((error, _request, reply) => answerError(error, reply));
  app.setNotFoundHandler((_request, reply) =>
    sendError(reply, 404, 'not_found', 'There is nothing at this path.'),
  );

  registerApi(app, parts.store);
  registerAdmin(app, parts);
  return app;
}

/** Adds the entity tag and, for a client that has this representation already, turns the answer into a 304. */
function revalidate(request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
  const readable = request.method === 'GET' || request.method === 'HEAD';
  if (!readable || reply.statusCode !== 200 || typeof payload !== 'string' || isAdmin(request))
    return payload;
  const etag = etagOf(payload);
  reply.header('etag', etag).header('cache-control', 'private, no-cache');
  if (!isFresh(request, etag, reply.getHeader('last-modified'))) return payload;
  reply.code(304).removeHeader('content-length').removeHeader('content-type');
  return null;
}

function isAdmin(request: FastifyRequest): boolean {
  return request.url.startsWith('/admin/');
}

/** @returns false if the client was gone before the time was over */
async function wait(ms: number, gone: AbortSignal): Promise<boolean> {
  if (ms <= 0) return true;
  return sleep(ms, true, { signal: gone }).catch(() => false);
}

async function authenticate(request: FastifyRequest, reply: FastifyReply, tokens: TokenBook): Promise<void> {
  const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token !== undefined && tokens.accepts(token)) return;
  if (token === undefined) {
    await sendError(reply, 401, 'unauthorized', 'Send a bearer token in the Authorization header.');
    return;
  }
  reply.header('www-authenticate', 'Bearer realm="crm", error="invalid_token"');
  await sendError(reply, 401, 'unauthorized', 'The token is unknown or was revoked.');
}

async function answerError(error: FastifyError | Error, reply: FastifyReply): Promise<void> {
  if (error instanceof NoSuchRecordError) return sendError(reply, 404, 'not_found', error.message);
  if (error instanceof HttpError) return sendError(reply, error.statusCode, error.error, error.message);
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500;
  if (status >= 500) return sendError(reply, 500, 'internal', 'The CRM failed.');
  return sendError(reply, status, errorWord(status), `${error.message}.`.replace(/\.\.$/, '.'));
}
