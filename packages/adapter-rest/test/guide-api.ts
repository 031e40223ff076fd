import { createHmac } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** The secret that sources of the guide have. */
export const TOKEN = 't0ken';

const contacts = Array.from({ length: 25 }, (_, i) => ({ id: i + 1 }));
const orders = [
  { id: 1, updatedAt: '2026-01-01T00:00:00Z' },
  { id: 2, updatedAt: '2026-01-02T00:00:00Z' },
  { id: 3, updatedAt: '2026-01-02T00:00:00Z' },
  { id: 4, updatedAt: null },
];

/** The API that the examples of docs/guide/rest.md are about. */
export function guideApi(app: FastifyInstance): void {
  app.addContentTypeParser('application/x-www-form-urlencoded', (_request, _payload, done) => done(null, {}));
  app.get('/customers/:id', ({ params }) => params);
  app.get('/acme/contacts', (request) =>
    request.raw.url === '/acme/contacts?owner=c_42&active=true' && request.headers['x-region'] === 'eu'
      ? { items: contacts.slice(0, 3) }
      : { items: [] },
  );
  app.post<{ Body: { where: { owner: string } } }>('/search', ({ body }) => ({
    hits: body.where.owner === 'c_42' ? [{ id: 1 }, { id: 2 }] : [],
  }));
  app.post('/token', ({ headers }, reply) =>
    headers.authorization === `Basic ${Buffer.from(`sync:${TOKEN}`).toString('base64')}`
      ? { access_token: 'issued', expires_in: 60 }
      : reply.code(401).send(),
  );
  app.get('/me', (request, reply) => (isKnown(request) ? { id: 'me' } : reply.code(401).send()));
  app.get<{ Querystring: Record<string, string | undefined> }>('/contacts', ({ query }, reply) => {
    const { page, offset, after } = query;
    const from = page === undefined ? Number(offset ?? after ?? 0) : (Number(page) - 1) * 10;
    const next = from + 10 < contacts.length ? from + 10 : null;
    if (next !== null)
      void reply.header('x-next', next).header('link', `</contacts?after=${next}>; rel="next"`);
    return {
      items: contacts.slice(from, from + 10),
      hasMore: next !== null,
      meta: { total: contacts.length, next },
      links: { next: next === null ? null : `/contacts?after=${next}` },
    };
  });
  app.get('/orders', () => orders);
  app.get('/legacy', () => ({ error: 'ratelimited' }));
  app.get('/by-id', () => ({ byId: { a: { id: 'a' }, b: { id: 'b' } } }));
  app.get('/export', (_, reply) =>
    reply
      .type('application/x-ndjson')
      .send(Array.from({ length: 2_500 }, (_line, id) => JSON.stringify({ id })).join('\n')),
  );
}

/** Whether a request shows the secret in one of the ways that the guide has. */
function isKnown({ headers, method, raw }: FastifyRequest): boolean {
  const signature = createHmac('sha256', TOKEN).update(`${method} ${raw.url}`).digest('hex');
  return (
    headers['x-api-key'] === TOKEN ||
    headers['x-signature'] === signature ||
    headers.authorization === 'Bearer issued'
  );
}
