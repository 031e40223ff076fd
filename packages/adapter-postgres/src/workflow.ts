import {
  defineSource,
  type PlacedSource,
  type Placing,
  type SourceOptions,
} from '@stateful-workflow/core/workflow';
import type { PostgresQuery } from './postgres-query';

export type {
  BatchOptions,
  EntityValue,
  NotifyOptions,
  Parameter,
  ParameterJson,
  PostgresQuery,
  QueryCursor,
  SessionOptions,
  SqlStatement,
  TableCursor,
  TableSource,
  TypeOptions,
} from './postgres-query';
export { entity, identifier, sql, type SqlIdentifier } from './sql';

/** What {@link postgres} takes: a query, and what every source can say (`into`, `timeout`, …). */
export type PostgresSourceOptions = PostgresQuery & SourceOptions;

/**
 * Configures a source that a Postgres database feeds. For workflow code: it does no I/O and knows no address; the
 * rows are read on the worker, by the adapter that `postgresAdapter` gives.
 *
 * The query is checked by the worker at every load; a field that does not fit fails the load with an error
 * that names it.
 *
 * @example
 * readonly sources = {
 *   invoices: postgres({
 *     connection: 'billing',
 *     table: { name: 'invoices', key: 'id', where: { customer_id: entity.id }, cursor: 'updated_at' },
 *   }),
 *   balance: postgres({
 *     connection: 'billing',
 *     query: sql`SELECT sum(total) AS balance FROM invoices WHERE customer_id = ${entity.id}`,
 *     into: 'root',
 *   }),
 * };
 */
export const postgres = postgresAs('postgres');

/**
 * Makes a builder like {@link postgres} for an adapter that was registered under another name.
 *
 * @param name the adapter's `name` option
 */
export function postgresAs(
  name: string,
): <Into extends string = never, Records extends string = never>(
  options: PostgresSourceOptions & Placing<Into, Records>,
) => PlacedSource<PostgresQuery, Into, Records> {
  return (options) =>
    defineSource<PostgresQuery>({ adapter: name, package: '@stateful-workflow/adapter-postgres' }, options);
}
