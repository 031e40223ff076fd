import { once } from 'node:events';
import * as http from 'node:http';
import * as https from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { Secret } from '@stateful-workflow/core';
import { identityOf } from '@stateful-workflow/core/worker';
import { afterEach } from 'vitest';
import {
  type HttpAdapterOptions,
  type HttpClient,
  httpOptionsShape,
  type HttpRequest,
  makeHttpClient,
  resolveHttpOptions,
} from '../src/index';
import { z } from 'zod';

const cleanups: (() => unknown)[] = [];

/** Has something undone after the test, the last first. */
export const cleanup = (undo: () => unknown): void => void cleanups.push(undo);

afterEach(async () => {
  for (const undo of cleanups.splice(0).reverse()) await undo();
});

/** A client as adapters make it, closed after the test. */
export function clientFor(options: HttpAdapterOptions): HttpClient {
  const resolved = resolveHttpOptions(z.strictObject(httpOptionsShape), options, 'testAdapter');
  const { client } = makeHttpClient(resolved, { adapter: 'testAdapter', userAgent: 'test' });
  cleanup(() => client.close());
  return client;
}

/** What a request counted, by name. */
export interface Counted {
  readonly counts: Map<string, number>;
  readonly durations: Map<string, number[]>;
}

/** A request with everything that a test does not care about. */
export function requestTo(
  url: string | URL,
  { token, ...rest }: Partial<Omit<HttpRequest, 'url'>> & { readonly token?: string } = {},
): HttpRequest & { readonly asked: string[]; readonly counted: Counted } {
  const asked: string[] = [];
  const counted: Counted = { counts: new Map(), durations: new Map() };
  return {
    url: new URL(url),
    field: 'path',
    headers: {},
    signal: new AbortController().signal,
    credential: async (origin) => {
      asked.push(origin);
      if (token === undefined) return undefined;
      const secret = new Secret(token);
      return { secret, identity: identityOf(secret), fingerprint: `f:${token.length}` };
    },
    metrics: {
      count: (name, value = 1) => void counted.counts.set(name, (counted.counts.get(name) ?? 0) + value),
      duration: (name, ms) => void counted.durations.set(name, [...(counted.durations.get(name) ?? []), ms]),
    },
    asked,
    counted,
    ...rest,
  };
}

/** The error that a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
}

type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** An HTTP server on loopback, stopped after the test. Its origin, and the connections that it had. */
export async function serve(
  handler: Handler,
  tls?: https.ServerOptions,
): Promise<{ readonly origin: string; readonly port: number; readonly connections: () => number }> {
  const server = tls === undefined ? http.createServer(handler) : https.createServer(tls, handler);
  const { port, connections } = await listening(server);
  return { origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`, port, connections };
}

/** Has a server listen on loopback until the test ends. */
export async function listening(
  server: Server,
): Promise<{ readonly port: number; readonly connections: () => number }> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanup(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}

/** Answers with JSON. */
export const json = (
  response: http.ServerResponse,
  body: unknown,
  headers: http.OutgoingHttpHeaders = {},
): void =>
  void response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

/** The body of a request, as text. */
export async function bodyOf(request: http.IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** A promise and the function that resolves it. */
export function signalled<T = void>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
} {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}

/** A resolver that gives these addresses, one list for each time it is asked, the last one again and again. */
export function answering(...answers: readonly (readonly string[])[]): {
  readonly resolver: NonNullable<HttpAdapterOptions['resolver']>;
  readonly asked: string[];
} {
  const asked: string[] = [];
  return {
    asked,
    resolver: async (hostname) => {
      const answer = answers[Math.min(asked.length, answers.length - 1)] ?? [];
      asked.push(hostname);
      return answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    },
  };
}
