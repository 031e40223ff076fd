import type { DataSourceAdapter } from '@stateful-workflow/core';
import { makeHttpClient } from '@stateful-workflow/http';
import { LRUCache } from 'lru-cache';
import { checkReachable } from './check';
import { CostBudgets } from './cost';
import { documentCache } from './document-cache';
import type { GraphqlCursor, GraphqlQuery } from './graphql-query';
import { loadPages, type LoadParts } from './load';
import { type GraphqlAdapterOptions, resolveOptions } from './options';
import { querySchemaWith } from './query-schema';
import { readSchema } from './read-schema';
import { MAX_ENDPOINTS } from './session';

/** What {@link graphqlAdapter} gives: an adapter that can be checked and closed. */
export type GraphqlAdapter = DataSourceAdapter<GraphqlQuery, GraphqlCursor> &
  Required<Pick<DataSourceAdapter<GraphqlQuery, GraphqlCursor>, 'check' | 'close'>>;

/**
 * Makes the adapter that loads sources from GraphQL APIs, for a worker's registry. Connections are kept and shared
 * by all loads; `close` ends them.
 *
 * ## Rules
 * - Only registered origins are reached, at every page and every redirect.
 * - The source's credential goes to the origin it was resolved for and no other.
 * - Nothing is retried; `classify` says what may be.
 *
 * @throws InvalidInputError when an option does not fit, or the schema cannot be read
 *
 * @example
 * const registry = createRegistry([graphqlAdapter({ origins: ['https://support.example.com'] })]);
 */
export function graphqlAdapter(options: GraphqlAdapterOptions): GraphqlAdapter {
  const { schema, schemas, codes, ...http } = resolveOptions(options);
  const { client, origins, upstreams, classify } = makeHttpClient(http, {
    adapter: 'graphqlAdapter',
    userAgent: 'stateful-workflow-adapter-graphql',
  });
  const known = typeof schema === 'string' ? readSchema(schema) : schema;
  const parts: LoadParts = {
    client,
    upstreams,
    schemas,
    adapter: 'graphqlAdapter',
    schema: known,
    codes,
    costs: new CostBudgets(Date.now, http.maxRetryAfter),
    withoutPersisted: new LRUCache({ max: MAX_ENDPOINTS }),
    documentOf: documentCache(known),
  };
  return {
    name: http.name,
    contractVersion: 1,
    capabilities: { incremental: true, deletes: 'sweep' },
    querySchema: querySchemaWith(parts.documentOf),
    load: (query, context) => loadPages(parts, query, context),
    classify,
    check: (context) =>
      checkReachable(parts, [...upstreams.urls, ...origins.without(upstreams)], classify, context),
    close: async () => client.close(),
  };
}
