import type { Failure, Upstream, When } from '@stateful-workflow/adapter-testkit';
import { type DeskBehaviour, startDesk } from '@stateful-workflow/dev-services';
import { graphqlAdapter, type GraphqlCursor, type GraphqlQuery } from '../src/index';

const PAGE_SIZE = 10;

const page = (args: string): string =>
  `tickets(first: ${PAGE_SIZE}, after: $after${args}) { nodes { id name: subject updatedAt } pageInfo { hasNextPage endCursor } }`;

const error = (code: string, more: object = {}): DeskBehaviour => ({
  errors: [{ message: 'The desk was told to answer so.', extensions: { code, ...more } }],
});

/** How the desk fails, by name. */
const FAILURES: Readonly<Record<string, Failure & { readonly behaviour: DeskBehaviour }>> = {
  'a dropped connection': { kind: 'transient', behaviour: { drop: 'before' } },
  'a body that breaks off': { kind: 'transient', midPage: true, behaviour: { drop: 'within' } },
  'a 502 of a proxy': {
    kind: 'transient',
    behaviour: { status: 502, body: { type: 'text/html', text: '<h1>Bad gateway</h1>' } },
  },
  'a resolver that failed': { kind: 'transient', behaviour: error('INTERNAL_SERVER_ERROR') },
  'an error code in a 500': {
    kind: 'transient',
    behaviour: { status: 500, ...error('INTERNAL_SERVER_ERROR') },
  },
  'a 429': { kind: 'throttled', retryAfterMs: 7_000, behaviour: { status: 429, retryAfter: 7 } },
  'a 200 that throttles': {
    kind: 'throttled',
    retryAfterMs: 9_000,
    behaviour: error('THROTTLED', { retryAfter: 9 }),
  },
  'a 200 that limits by type': {
    kind: 'throttled',
    retryAfterMs: 30_000,
    behaviour: { retryAfter: 30, errors: [{ message: 'Too many.', type: 'RATE_LIMITED' }] },
  },
  'a 200 that does not know who asks': { kind: 'unauthorized', behaviour: error('UNAUTHENTICATED') },
  'a 403': { kind: 'unauthorized', behaviour: { status: 403 } },
  'a 404': { kind: 'gone', behaviour: { status: 404 } },
  'a 400 that does not take the document': {
    kind: 'invalid',
    behaviour: { status: 400, ...error('GRAPHQL_VALIDATION_FAILED') },
  },
  'errors without a code and without a place': {
    kind: 'invalid',
    behaviour: { errors: [{ message: 'No.' }] },
  },
  'a sign-in page': {
    kind: 'fatal',
    behaviour: { body: { type: 'text/html', text: '<html>Sign in</html>' } },
  },
  'JSON of something else': {
    kind: 'fatal',
    behaviour: { body: { type: 'application/json', text: '{"message":"hello"}' } },
  },
};

/** A support desk that does to its clients what the conformance suite says. */
export async function startGraphqlUpstream(): Promise<Upstream<GraphqlQuery, GraphqlCursor>> {
  const desk = await startDesk({ customers: 0 });
  let token = desk.issueToken();
  const query: GraphqlQuery = { document: `query ($after: String) { ${page('')} }` };
  const timeOf = (at: number): string => new Date(Date.UTC(2026, 0, 1) + at * 1_000).toISOString();
  const put = (id: string, name: string, at: number): void =>
    void desk.putTicket({ id, customerId: 'c_1', subject: name, status: 'open', updatedAt: timeOf(at) });
  return {
    adapter: ({ timeoutMs }) =>
      graphqlAdapter({
        origins: [desk.origin],
        ...(timeoutMs !== undefined && { timeouts: { total: timeoutMs } }),
      }),
    apiUrl: desk.url,
    origins: [desk.origin],
    pageSize: PAGE_SIZE,
    query,
    unpagedQuery: {
      document: `{ ticketPage(size: ${PAGE_SIZE}) { items { id name: subject } nextCursor } }`,
      items: 'ticketPage.items',
    },
    invalidQueries: [
      [{}, 'document'],
      [{ document: 'mutation { setStatus(id: "t", status: "x") { id } }' }, 'document'],
      [{ document: '{ tickets { nodes { id } }' }, 'document'],
      [{ document: '{ tickets(first: 5) { nodes { id } } }' }, 'pageInfo'],
      [{ ...query, item: 'tickets' }, 'item'],
      [{ ...query, variables: { nobody: 1 } }, 'nobody'],
      [{ ...query, headers: { Authorization: 'x' } }, 'Authorization'],
    ],
    incremental: {
      query: {
        document: `query ($after: String, $since: String) { ${page(', updatedSince: $since')} }`,
        incremental: { variable: 'since', field: 'updatedAt', lag: 5_000 },
      },
      lateness: 5,
      // Seventy years of seconds.
      ahead: 70 * 365 * 86_400,
    },
    partial: { query: { ...query, errorPolicy: 'all' }, failure: 'a field that cannot be read' },
    failures: FAILURES,
    put: async (records, at) => records.forEach(({ id, name }) => put(id, name, at)),
    patch: async (id, name, at) => put(id, name, at),
    remove: async (id) => void desk.removeTicket(id),
    fail: async (name, { after }: When = {}) => {
      const { behaviour = { brokenTicket: 'r_003' } } = FAILURES[name] ?? {};
      desk.behave({ ...behaviour, after });
    },
    delay: async (latencyMs, { after }: When = {}) => desk.behave({ latencyMs, after }),
    recover: async () => desk.behaveNormally(),
    revoke: async () => (token = desk.rotateTokens()),
    token: () => token,
    requested: async () => void (await desk.nextRequest()),
    requests: () => desk.requests.length,
    reset: async () => {
      desk.clear();
      desk.behaveNormally();
    },
    stop: () => desk.stop(),
  };
}
