import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo } from 'node:net';
import { useAPQ } from '@graphql-yoga/plugin-apq';
import { createGraphQLError, createYoga, type Plugin } from 'graphql-yoga';
import { TokenBook } from '../crm/token-book';
import { type DeskComment, type DeskTicket } from './desk-records';
import { createDeskSchema } from './desk-schema';
import { DeskStore } from './desk-store';
import { type DeskBehaviour, DeskTroubles, misbehave } from './desk-trouble';

const host = '127.0.0.1';

/** How the support desk is started. */
export interface StartDeskOptions {
  /** The port. @default a free one */
  readonly port?: number;
  /** How many customers it has: `c_1`, `c_2`, … @default 3 */
  readonly customers?: number;
  /** How many tickets each has: `t_1_1`, `t_1_2`, … @default 2 */
  readonly ticketsPerCustomer?: number;
  /** How many comments each ticket has. @default 0 */
  readonly commentsPerTicket?: number;
  /** Tokens that are valid from the start. @default none: use `issueToken()` */
  readonly tokens?: readonly string[];
}

/** A request that has come in. */
export interface DeskRequest {
  readonly method: string;
  /** The body of a POST, or the parameters of a GET. */
  readonly body: unknown;
  readonly headers: IncomingMessage['headers'];
}

/**
 * A support desk with a GraphQL API on loopback, to develop, test and demonstrate against. Its data is the same at
 * every start.
 *
 * ## Rules
 * Every request needs `Authorization: Bearer <token>`.
 */
export interface Desk {
  /** The endpoint, such as `http://127.0.0.1:41234/graphql`. */
  readonly url: string;
  readonly origin: string;
  /** Every request that has come in, oldest first. */
  readonly requests: readonly DeskRequest[];

  issueToken(): string;
  addToken(token: string): void;
  revokeToken(token: string): boolean;
  /** Revokes every token and makes a new one. */
  rotateTokens(): string;

  ticket(id: string): DeskTicket | undefined;
  /** Adds a ticket, or takes the place of the one with the same id. */
  putTicket(ticket: DeskTicket): DeskTicket;
  /** Changes some fields; it has changed now. @throws Error if there is no such ticket */
  patchTicket(id: string, fields: Partial<Pick<DeskTicket, 'subject' | 'status'>>): DeskTicket;
  removeTicket(id: string): boolean;
  putComment(comment: DeskComment): DeskComment;
  /** Takes away every ticket and comment, and forgets the requests. */
  clear(): void;

  /** Misbehaves from now on, in this way only. */
  behave(behaviour: DeskBehaviour): void;
  behaveNormally(): void;
  /** Tells this as the cost of queries in `extensions.cost`. */
  tellCost(cost: object | undefined): void;
  /** Tells this as what is left, in the field `rateLimit`. */
  tellRateLimit(remaining: number, resetAt: number): void;

  /** Resolves when the next request has come in, answered or not. */
  nextRequest(): Promise<DeskRequest>;
  /** Closes the server and every connection to it. */
  stop(): Promise<void>;
}

/**
 * Starts the support desk.
 *
 * @throws Error when the port that was asked for is taken
 * @example
 * const desk = await startDesk({ customers: 1 });
 * const headers = { authorization: `Bearer ${desk.issueToken()}`, 'content-type': 'application/json' };
 * await fetch(desk.url, { method: 'POST', headers, body: '{"query":"{ tickets { nodes { id } } }"}' });
 */
export async function startDesk(options: StartDeskOptions = {}): Promise<Desk> {
  const store = new DeskStore();
  const { customers = 3, ticketsPerCustomer = 2, commentsPerTicket = 0 } = options;
  store.seed(customers, ticketsPerCustomer, commentsPerTicket);
  const tokens = new TokenBook(options.tokens ?? []);
  const troubles = new DeskTroubles();
  const requests: DeskRequest[] = [];
  let listeners: ((request: DeskRequest) => void)[] = [];

  const yoga = createYoga({
    schema: createDeskSchema(store, troubles),
    plugins: [extras(troubles), useAPQ()],
    batching: { limit: 20 },
    logging: false,
    maskedErrors: false,
    graphiql: false,
    landingPage: false,
  });
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString();
      const arrived = { method: request.method ?? '', headers: request.headers, body: bodyOf(request, text) };
      requests.push(arrived);
      const told = listeners;
      listeners = [];
      for (const listener of told) listener(arrived);
      if (await misbehave(troubles.take(), request, response)) return;
      const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
      if (token === undefined || !tokens.accepts(token)) {
        const errors = [{ message: 'Sign in.', extensions: { code: 'UNAUTHENTICATED' } }];
        response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify({ errors }));
        return;
      }
      const headers = new Headers();
      for (const [name, value] of Object.entries(request.headers))
        if (value !== undefined && name !== 'content-length') headers.set(name, [value].flat().join(', '));
      const url = new URL(request.url ?? '/', `http://${request.headers.host ?? host}`);
      const isPost = request.method === 'POST';
      const answer = await yoga.fetch(url, {
        method: request.method,
        headers,
        ...(isPost && { body: text }),
      });
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(await answer.text());
    })().catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new Error(`The support desk cannot listen on ${host}:${options.port ?? 0}.`, { cause })),
    );
    server.listen(options.port ?? 0, host, resolve);
  });
  const origin = `http://${host}:${(server.address() as AddressInfo).port}`;

  let stopping: Promise<void> | undefined;
  return {
    url: `${origin}/graphql`,
    origin,
    requests,
    issueToken: () => tokens.issue(),
    addToken: (token) => tokens.add(token),
    revokeToken: (token) => tokens.revoke(token),
    rotateTokens: () => tokens.rotate(),
    ticket: (id) => store.ticket(id),
    putTicket: (ticket) => store.putTicket(ticket),
    patchTicket: (id, fields) => {
      const ticket = store.ticket(id);
      if (ticket === undefined) throw new Error(`There is no ticket ${id}.`);
      return store.putTicket({ ...ticket, ...fields, updatedAt: new Date().toISOString() });
    },
    removeTicket: (id) => store.removeTicket(id),
    putComment: (comment) => store.putComment(comment),
    clear: () => {
      store.clear();
      requests.length = 0;
    },
    behave: (behaviour) => troubles.set(behaviour),
    behaveNormally: () => troubles.set(undefined),
    tellCost: (cost) => void (troubles.cost = cost),
    tellRateLimit: (remaining, resetAt) => {
      troubles.remaining = remaining;
      troubles.resetAt = resetAt;
    },
    nextRequest: () => new Promise((resolve) => listeners.push(resolve)),
    stop: () =>
      (stopping ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      })),
  };
}

/** What goes along with answers, and what the desk may not know. */
function extras(troubles: DeskTroubles): Plugin {
  return {
    onParams({ params }) {
      if (troubles.current?.withoutPersisted !== true || params.extensions?.persistedQuery === undefined)
        return;
      throw createGraphQLError('PersistedQueryNotSupported', {
        extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED', http: { status: 200 } },
      });
    },
    onExecutionResult(executed) {
      const { result } = executed;
      const { cost } = troubles;
      if (cost === undefined || result === undefined || Array.isArray(result)) return;
      if (!(Symbol.asyncIterator in result)) executed.setResult({ ...result, extensions: { cost } });
    },
  };
}

function bodyOf(request: IncomingMessage, text: string): unknown {
  if (request.method !== 'POST')
    return Object.fromEntries(new URL(request.url ?? '/', 'http://desk').searchParams);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
