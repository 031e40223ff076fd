import {
  defineSource,
  type PlacedSource,
  type Placing,
  type SourceOptions,
} from '@stateful-workflow/core/workflow';
import type { RestQuery } from './rest-query';

export type { Pagination } from './pagination/pagination';
export type { Incremental, RestQuery } from './rest-query';

/** What {@link rest} takes: a REST query, and what every source can say (`into`, `credential`, `timeout`, …). */
export type RestSourceOptions = RestQuery & SourceOptions;

/**
 * Configures a source that a REST API feeds. For workflow code: it does no I/O, and the request is made on the
 * worker, by the adapter that `restAdapter` gives.
 *
 * The query is checked by the worker at every load; a field that does not fit fails the load with an error
 * that names it.
 *
 * @example
 * readonly sources = {
 *   profile: rest({ path: '/customers/{id}' }),
 *   contacts: rest({
 *     path: '/customers/{id}/contacts',
 *     items: 'items',
 *     pagination: { type: 'page', size: 50, hasMore: 'hasMore' },
 *   }),
 * };
 */
export const rest = restAs('rest');

/**
 * Makes a builder like {@link rest} for an adapter that was registered under another name, for example one
 * with longer timeouts: `restAdapter({ name: 'legacy', origins, timeouts })`.
 *
 * @param name the adapter's `name` option
 *
 * @example
 * const legacy = restAs('legacy');
 * readonly sources = { orders: legacy({ path: '/orders?customer={id}' }) };
 */
export function restAs(
  name: string,
): <Into extends string = never, Records extends string = never>(
  options: RestSourceOptions & Placing<Into, Records>,
) => PlacedSource<RestQuery, Into, Records> {
  return (options) =>
    defineSource<RestQuery>({ adapter: name, package: '@stateful-workflow/adapter-rest' }, options);
}
