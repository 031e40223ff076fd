import { type FastifyInstance } from 'fastify';
import { type BehaviourSwitch, type CrmBehaviour } from './behaviour';
import { type RequestLog } from './request-log';
import { type TokenBook } from './token-book';

interface TokenBody {
  readonly token: string;
}

// In the body and never in the URL, since URLs end up in logs.
const tokenBody = {
  type: 'object',
  properties: { token: { type: 'string', minLength: 8, maxLength: 200 } },
  required: ['token'],
  additionalProperties: false,
};

const behaviourBody = {
  type: 'object',
  properties: {
    status: { type: 'integer', minimum: 200, maximum: 599 },
    latencyMs: { type: 'integer', minimum: 0, maximum: 600_000 },
    times: { type: 'integer', minimum: 1 },
    retryAfter: { type: ['integer', 'string'] },
    drop: { type: 'boolean' },
    path: { type: 'string', pattern: '^/' },
  },
  additionalProperties: false,
  minProperties: 1,
};

/** The switches for demonstrations. They need no token: the CRM listens on loopback only. */
export function registerAdmin(
  app: FastifyInstance,
  parts: { readonly tokens: TokenBook; readonly behaviours: BehaviourSwitch; readonly log: RequestLog },
): void {
  const { tokens, behaviours, log } = parts;

  app.post<{ Body: TokenBody }>('/admin/tokens', { schema: { body: tokenBody } }, async (request, reply) => {
    tokens.add(request.body.token);
    return reply.code(204).send();
  });

  app.post<{ Body: TokenBody }>('/admin/tokens/revoke', { schema: { body: tokenBody } }, async (request) => ({
    revoked: tokens.revoke(request.body.token),
  }));

  app.post('/admin/tokens/rotate', async () => ({ token: tokens.rotate() }));

  app.post<{ Body: CrmBehaviour }>(
    '/admin/behaviour',
    { schema: { body: behaviourBody } },
    async (request, reply) => {
      behaviours.add(request.body);
      return reply.code(204).send();
    },
  );

  app.delete('/admin/behaviour', async (_request, reply) => {
    behaviours.clear();
    return reply.code(204).send();
  });

  app.get('/admin/requests', async () => ({
    total: log.requests.length,
    aborted: log.aborted,
    routes: log.counts(),
  }));
}
