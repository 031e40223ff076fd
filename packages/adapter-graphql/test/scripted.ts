import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { LoadContext, Page } from '@stateful-workflow/core';
import { afterEach } from 'vitest';
import {
  graphqlAdapter,
  type GraphqlAdapter,
  type GraphqlAdapterOptions,
  type GraphqlCursor,
  type GraphqlQuery,
} from '../src/index';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const undo of cleanups.splice(0).reverse()) await undo();
});

/** What a GraphQL API was asked. */
export interface Asked {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A GraphQL API on loopback that answers as a function says, whatever any schema would allow. */
export async function scripted(
  answer: (asked: Asked) => unknown,
  options: Partial<GraphqlAdapterOptions> = {},
  headers: Readonly<Record<string, string>> = {},
) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { query, variables = {} } = JSON.parse(Buffer.concat(chunks).toString()) as Asked;
      asked.push({ query, variables });
      const given = answer({ query, variables });
      for (const [name, value] of Object.entries({ 'content-type': 'application/json', ...headers }))
        response.setHeader(name, value);
      response.end(JSON.stringify(isAnswer(given) ? given : { data: given }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => server.close());
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const adapter: GraphqlAdapter = graphqlAdapter({ origins: [origin], ...options });
  cleanups.push(() => adapter.close());
  const context = (more: Partial<LoadContext<GraphqlCursor>> = {}): LoadContext<GraphqlCursor> => ({
    signal: new AbortController().signal,
    apiUrl: origin,
    entity: { name: 'Customer', id: '42' },
    credential: async () => undefined,
    heartbeat: () => {},
    log: { debug: () => {}, info: () => {}, warn: () => {} },
    metrics: { count: () => {}, duration: () => {} },
    ...more,
  });
  const load = async (
    query: GraphqlQuery,
    more: Partial<LoadContext<GraphqlCursor>> = {},
  ): Promise<readonly Page<GraphqlCursor>[]> => {
    const pages: Page<GraphqlCursor>[] = [];
    for await (const page of adapter.load(query, context(more))) pages.push(page);
    return pages;
  };
  const failure = async (query: GraphqlQuery): Promise<Error> => {
    try {
      await load(query);
    } catch (error) {
      return error as Error;
    }
    throw new Error('the load succeeded');
  };
  const issues = async (query: unknown): Promise<readonly string[]> => {
    const { issues: found = [] } = await adapter.querySchema['~standard'].validate(query);
    return found.map(
      ({ message, path = [] }) =>
        `${path
          .map((part) => (typeof part === 'object' ? part.key : part))
          .map((part) => part.toString())
          .join('.')}: ${message}`,
    );
  };
  return { origin, adapter, asked, load, failure, issues };
}

const isAnswer = (given: unknown): boolean =>
  typeof given === 'object' && given !== null && ('data' in given || 'errors' in given);
