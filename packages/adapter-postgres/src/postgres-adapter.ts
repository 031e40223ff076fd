import {
  type DataSourceAdapter,
  InvalidInputError,
  type LoadContext,
  type Page,
} from '@stateful-workflow/core';
import { checkConnections } from './check';
import { classify } from './classify';
import { type Connection, makeConnection } from './connection';
import type { PostgresCursor } from './cursors';
import { loadFeed } from './feed';
import { Hints } from './hints';
import { loadChanges } from './incremental';
import type { LoadScope } from './load-scope';
import type { PostgresAdapterOptions } from './options';
import { PostgresFault } from './postgres-fault';
import type { PostgresQuery } from './postgres-query';
import { querySchema } from './query-schema';
import { rowValidator } from './row-schemas';
import { cursorOf } from './statements';
import { sweep } from './sweep';
import type { KnownTypes } from './value-parsers';

/** What {@link postgresAdapter} gives: an adapter that can be checked and closed. */
export type PostgresAdapter = DataSourceAdapter<PostgresQuery, PostgresCursor> &
  Required<Pick<DataSourceAdapter<PostgresQuery, PostgresCursor>, 'check' | 'close' | 'waitForHint'>>;

/**
 * Makes the adapter that loads sources from Postgres, for a worker's registry. Pools are made at the first use and
 * shared by all loads; `close` ends them.
 *
 * ## Rules
 * - Workflows name a connection; addresses and passwords stay on the worker.
 * - Whatever a source runs is in a read-only transaction.
 * - Nothing is retried; `classify` says what may be.
 *
 * @throws InvalidInputError when an option does not fit
 *
 * @example
 * const registry = createRegistry([
 *   postgresAdapter({ connections: { billing: { connectionString: process.env.BILLING_URL } } }),
 * ]);
 */
export function postgresAdapter(options: PostgresAdapterOptions): PostgresAdapter {
  // Nothing is given by JavaScript only.
  const {
    name = 'postgres',
    schemas = {},
    connections = {},
  } = (options ?? {}) as Partial<PostgresAdapterOptions>;
  const databases = new Map<string, Database>();
  for (const [key, given] of Object.entries(connections))
    databases.set(key, { connection: makeConnection(key, given), known: new Map() });
  if (databases.size === 0)
    throw new InvalidInputError(
      'connections',
      'is empty, so that nothing could be loaded',
      "Name at least one, such as { billing: { connectionString: 'postgres://…' } }",
    );

  const hints = new Hints();

  const scopeOf = async (query: PostgresQuery, context: LoadContext<PostgresCursor>): Promise<LoadScope> => {
    const database = databases.get(query.connection);
    if (database === undefined) throw unknownConnection(query.connection, [...databases.keys()]);
    const { connection, known } = database;
    const credential = await connection.credential(context);
    const validate = query.schema === undefined ? undefined : rowValidator(query.schema, schemas);
    return { query, context, connection, known, credential, validate };
  };

  async function* load(
    query: PostgresQuery,
    context: LoadContext<PostgresCursor>,
  ): AsyncGenerator<Page<PostgresCursor>> {
    context.signal.throwIfAborted();
    const scope = await scopeOf(query, context);
    await hints.before(scope);
    if (query.feed !== undefined) yield* loadFeed(scope);
    else yield* cursorOf(query) === undefined ? sweep(scope) : loadChanges(scope);
  }

  return {
    name,
    contractVersion: 1,
    capabilities: { incremental: true, watch: true, deletes: 'explicit' },
    querySchema,
    load,
    classify,
    hasHints: (query) => query.notify !== undefined,
    waitForHint: async (query, context) => hints.wait(await scopeOf(query, context)),
    check: (context) =>
      checkConnections(
        [...databases.values()].map(({ connection }) => connection),
        context,
      ),
    close: async () => {
      await hints.close();
      await Promise.all([...databases.values()].map(({ connection }) => connection.close()));
    },
  };
}

/** A registered database, and what was learnt of its types. */
interface Database {
  readonly connection: Connection;
  readonly known: KnownTypes;
}

const unknownConnection = (name: string, known: readonly string[]): PostgresFault =>
  new PostgresFault(
    'invalid',
    `The source names the connection "${name}", which this worker does not have; registered: ${known.join(', ')}. Add it to connections of postgresAdapter() on the worker.`,
  );
