import { createHmac } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

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
  knownApis(app);
  app.get('/orders', () => orders);
  app.get('/legacy', () => ({ error: 'ratelimited' }));
  app.get('/by-id', () => ({ byId: { a: { id: 'a' }, b: { id: 'b' } } }));
  app.get('/export', (_, reply) =>
    reply
      .type('application/x-ndjson')
      .send(Array.from({ length: 2_500 }, (_line, id) => JSON.stringify({ id })).join('\n')),
  );
}

type Query = { readonly [name: string]: string | undefined };

/** Lists as well-known APIs give them: 25 records, in tens. */
function knownApis(app: FastifyInstance): void {
  const ten = (from: number) => contacts.slice(from, from + 10);
  const list = (
    path: string,
    answer: (query: Query, next: (from: number) => number | undefined, reply: FastifyReply) => unknown,
  ) =>
    app.get<{ Querystring: Query }>(path, ({ query }, reply) =>
      answer(query, (from) => (from + 10 < contacts.length ? from + 10 : undefined), reply),
    );
  list('/odata/Contacts', ({ $skip = '0' }, next) => ({
    value: ten(Number($skip)),
    ...(next(Number($skip)) !== undefined && {
      '@odata.nextLink': `Contacts?$skip=${next(Number($skip))}`,
    }),
  }));
  list('/hal/contacts', ({ page = '0' }, next) => ({
    _embedded: { contacts: ten(Number(page) * 10) },
    _links: next(Number(page) * 10) === undefined ? {} : { next: { href: `?page=${Number(page) + 1}` } },
  }));
  list('/jsonapi/contacts', (query, next) => {
    const from = Number(query['page[offset]'] ?? 0);
    const to = next(from);
    return { data: ten(from), links: { next: to === undefined ? null : { href: `?page[offset]=${to}` } } };
  });
  list('/github/contacts', ({ page = '1' }, next, reply) => {
    const from = (Number(page) - 1) * 10;
    if (next(from) !== undefined) void reply.header('link', `<?page=${Number(page) + 1}>; rel="next"`);
    return ten(from);
  });
  list('/stripe/contacts', ({ starting_after: after = '0' }, next) => ({
    data: ten(Number(after)),
    has_more: next(Number(after)) !== undefined,
  }));
  list('/shopify/contacts.json', ({ page_info: info = '0' }, next, reply) => {
    const to = next(Number(info));
    if (to !== undefined) void reply.header('link', `<?page_info=${to}>; rel="next"`);
    return { customers: ten(Number(info)) };
  });
  list('/drf/contacts/', ({ page = '1' }, next) => {
    const from = (Number(page) - 1) * 10;
    return {
      count: contacts.length,
      next: next(from) === undefined ? null : `?page=${Number(page) + 1}`,
      results: ten(from),
    };
  });
  list('/pocketbase/records', ({ page = '1' }) => ({
    items: ten((Number(page) - 1) * 10),
    totalPages: 3,
  }));
  list('/twitter/followers', ({ cursor = '-1' }, next) => {
    const from = Math.max(0, Number(cursor));
    return { users: ten(from), next_cursor: next(from) ?? 0, next_cursor_str: String(next(from) ?? 0) };
  });
  list('/laravel/contacts', ({ page = '1' }) => ({
    data: ten((Number(page) - 1) * 10),
    current_page: Number(page),
    last_page: 3,
    total: contacts.length,
  }));
  list('/fhir/Patient', ({ _offset = '0' }, next) => {
    const to = next(Number(_offset));
    const link = [{ relation: 'self', url: `?_offset=${_offset}` }];
    if (to !== undefined) link.push({ relation: 'next', url: `?_offset=${to}` });
    return { resourceType: 'Bundle', total: contacts.length, link, entry: ten(Number(_offset)) };
  });
  app.post<{ Body: { ExclusiveStartKey?: { id: { N: string } } } }>('/dynamo/scan', ({ body }) => {
    const from = Number(body.ExclusiveStartKey?.id.N ?? 0);
    const more = from + 10 < contacts.length;
    return { Items: ten(from), ...(more && { LastEvaluatedKey: { id: { N: String(from + 10) } } }) };
  });
  list('/couch/_changes', ({ since = '0' }) => {
    const from = Number(since);
    const results = ten(from).map(({ id }) => ({ id, ...(id === 7 && { deleted: true }) }));
    return {
      results,
      last_seq: from + results.length,
      pending: contacts.length - from - results.length,
    };
  });
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
