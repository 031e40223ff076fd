import { type Desk, startDesk, type StartDeskOptions } from '@stateful-workflow/dev-services';
import { credentialOf } from '@stateful-workflow/adapter-testkit';
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

/** What a load said besides its pages. */
export interface Seen {
  readonly heartbeats: GraphqlCursor[];
  readonly counts: Map<string, number>;
}

/** A desk, an adapter for it, and what loads from it; all ended after the test. */
export interface Bench {
  readonly desk: Desk;
  readonly adapter: GraphqlAdapter;
  readonly context: LoadContext<GraphqlCursor> & { readonly seen: Seen };
  /** Reads a load to its end. */
  load(
    query: GraphqlQuery,
    more?: Partial<LoadContext<GraphqlCursor>>,
  ): Promise<readonly Page<GraphqlCursor>[]>;
  /** The records of a load. */
  records(query: GraphqlQuery): Promise<readonly unknown[]>;
  /** Loads, and gives the error that it failed with. */
  failure(query: GraphqlQuery): Promise<Error>;
}

/** Starts a desk, with a token that the context's credential is. */
export async function bench(
  given: StartDeskOptions = {},
  options: Partial<GraphqlAdapterOptions> = {},
): Promise<Bench> {
  const desk = await startDesk(given);
  cleanups.push(() => desk.stop());
  const adapter = graphqlAdapter({ origins: [desk.origin], ...options });
  cleanups.push(() => adapter.close());
  const token = desk.issueToken();
  const seen: Seen = { heartbeats: [], counts: new Map() };
  const context: Bench['context'] = {
    seen,
    signal: new AbortController().signal,
    apiUrl: desk.url,
    entity: { name: 'Customer', id: 'c_1' },
    credential: async () => credentialOf(token),
    heartbeat: (progress) => void seen.heartbeats.push(progress),
    log: { debug: () => {}, info: () => {}, warn: () => {} },
    metrics: {
      count: (name, value = 1) => void seen.counts.set(name, (seen.counts.get(name) ?? 0) + value),
      duration: () => {},
    },
  };
  const load: Bench['load'] = async (query, more = {}) => {
    const pages: Page<GraphqlCursor>[] = [];
    for await (const page of adapter.load(query, { ...context, ...more })) pages.push(page);
    return pages;
  };
  return {
    desk,
    adapter,
    context,
    load,
    records: async (query) => (await load(query)).flatMap((page) => page.records),
    failure: async (query) => {
      try {
        await load(query);
      } catch (error) {
        return error as Error;
      }
      throw new Error('the load succeeded');
    },
  };
}

/** Asks for the tickets of the customer, so many a page. */
export const ticketsOf = (size: number, fields = 'id'): GraphqlQuery => ({
  document: `query ($id: ID!, $after: String) {
    customer(id: $id) {
      tickets(first: ${size}, after: $after) { nodes { ${fields} } pageInfo { hasNextPage endCursor } }
    }
  }`,
  variables: { id: '{id}' },
  items: 'customer.tickets',
});

/** Ids of this form, from 1 to a number. */
export const ids = (prefix: string, count: number): readonly { readonly id: string }[] =>
  Array.from({ length: count }, (_, n) => ({ id: `${prefix}${n + 1}` }));
