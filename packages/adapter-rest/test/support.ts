import { once } from 'node:events';
import * as net from 'node:net';
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { credentialOf } from '@stateful-workflow/adapter-testkit';
import type { Checkpoint, LoadContext, Page } from '@stateful-workflow/core';
import { afterEach } from 'vitest';
import {
  restAdapter,
  type RestAdapter,
  type RestAdapterOptions,
  type RestCursor,
  type RestQuery,
} from '../src/index';

/** What a load said besides its pages. */
export interface Seen {
  readonly heartbeats: RestCursor[];
  readonly warnings: string[];
  readonly counts: Map<string, number>;
  readonly origins: string[];
}

/** A load context made by hand, and what was done with it. */
export function loadContext(
  overrides: Partial<LoadContext<RestCursor>> & {
    readonly token?: string;
    readonly checkpoint?: Checkpoint<RestCursor>;
  } = {},
): LoadContext<RestCursor> & { readonly seen: Seen } {
  const seen: Seen = { heartbeats: [], warnings: [], counts: new Map(), origins: [] };
  const { token, ...rest } = overrides;
  return {
    seen,
    signal: new AbortController().signal,
    entity: { name: 'Customer', id: 'c_42' },
    credential: async (origin) => {
      seen.origins.push(origin);
      return token === undefined ? undefined : credentialOf(token);
    },
    heartbeat: (progress) => void seen.heartbeats.push(progress),
    log: { debug: () => {}, info: () => {}, warn: (message) => void seen.warnings.push(message) },
    metrics: {
      count: (name, value = 1) => void seen.counts.set(name, (seen.counts.get(name) ?? 0) + value),
      duration: () => {},
    },
    ...rest,
  };
}

const cleanups: (() => unknown)[] = [];

/** Has something undone after the test, the last first. */
export const cleanup = (undo: () => unknown): void => void cleanups.push(undo);

afterEach(async () => {
  for (const undo of cleanups.splice(0).reverse()) await undo();
});

/** An adapter that is closed after the test. */
export function adapter(options: RestAdapterOptions): RestAdapter {
  const made = restAdapter(options);
  cleanup(() => made.close());
  return made;
}

/** A fastify server on loopback, stopped after the test. */
export async function api(routes: (app: FastifyInstance) => void): Promise<string> {
  const app = Fastify({ forceCloseConnections: true });
  routes(app);
  cleanup(() => app.close());
  return await app.listen({ host: '127.0.0.1', port: 0 });
}

/** A TCP server on loopback that does what it is told with each connection, stopped after the test. */
export async function rawServer(onConnection: (socket: net.Socket) => void): Promise<string> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    onConnection(socket);
    // A socket that nobody reads does not notice that the other side has gone.
    socket.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanup(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that answers each request with the bytes given, and then does `after`. */
export function answering(
  bytes: string | Buffer,
  after: (socket: net.Socket) => void = (s) => s.end(),
): Promise<string> {
  return rawServer((socket) => socket.once('data', () => socket.write(bytes, () => after(socket))));
}

/** Reads a load to its end. */
export async function readAll(
  rest: RestAdapter,
  query: RestQuery,
  context: LoadContext<RestCursor>,
): Promise<readonly Page<RestCursor>[]> {
  const pages: Page<RestCursor>[] = [];
  for await (const page of rest.load(query, context)) pages.push(page);
  return pages;
}

/** Loads once and gives the error that it failed with. */
export async function failure(
  rest: RestAdapter,
  query: RestQuery,
  context: LoadContext<RestCursor>,
): Promise<Error> {
  try {
    await readAll(rest, query, context);
  } catch (error) {
    return error as Error;
  }
  throw new Error('the load succeeded');
}

/** A promise and the function that resolves it. */
export function signalled<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}

/** Waits until a socket is closed. */
export const closed = (socket: net.Socket): Promise<void> =>
  new Promise((resolve) => (socket.closed ? resolve() : socket.once('close', () => resolve())));
