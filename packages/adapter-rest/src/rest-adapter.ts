import type { DataSourceAdapter } from '@stateful-workflow/core';
import { checkReachable } from './check';
import { makeHttpClient } from '@stateful-workflow/http';
import { AxiosTransport } from './axios-transport';
import { resolveOptions, type RestAdapterOptions } from './options';
import { isThere } from './is-there';
import { load } from './load';
import { querySchema } from './query-schema';
import type { RestCursor } from './rest-cursor';
import type { RestQuery } from './rest-query';

/** What {@link restAdapter} gives: an adapter that can be checked and closed. */
export type RestAdapter = DataSourceAdapter<RestQuery, RestCursor> &
  Required<Pick<DataSourceAdapter<RestQuery, RestCursor>, 'check' | 'close' | 'isThere'>>;

/**
 * Makes the adapter that loads sources from REST APIs, for a worker's registry. Connections are kept and shared
 * by all loads; `close` ends them.
 *
 * ## Rules
 * - Only registered origins are reached, at every page and every redirect.
 * - The source's credential goes out as a bearer token, to the origin it was resolved for and no other.
 * - Nothing is retried; `classify` says what may be.
 *
 * @throws InvalidInputError when an option does not fit
 *
 * @example
 * const registry = createRegistry([restAdapter({ origins: ['https://crm.example.com'] })]);
 */
export function restAdapter(options: RestAdapterOptions): RestAdapter {
  const resolved = resolveOptions(options);
  const { client, origins, upstreams, classify } = makeHttpClient(resolved, {
    adapter: 'restAdapter',
    userAgent: 'stateful-workflow-adapter-rest',
    transport: new AxiosTransport(),
  });
  const { selectors, schemas, paginations, maxResponseBytes } = resolved;
  const parts = {
    client,
    origins,
    upstreams,
    selectors,
    schemas,
    paginations,
    maxResponseBytes,
    adapter: 'restAdapter',
  };
  return {
    name: resolved.name,
    contractVersion: 1,
    capabilities: { incremental: true, validators: true, deletes: 'sweep' },
    querySchema,
    load: (query, context) => load(query, parts, context),
    isThere: (query, entity, context) => isThere(query, entity, parts, context),
    classify,
    check: (context) => checkReachable(client, [...upstreams.urls, ...origins.without(upstreams)], context),
    close: async () => client.close(),
  };
}
