import type { Credential, LoadContext } from '@stateful-workflow/core';
import { type Batch, readBatches } from './batches';
import type { Connection } from './connection';
import type { PostgresCursor } from './cursors';
import type { PostgresQuery } from './postgres-query';
import { ReadSession } from './read-session';
import type { Validate } from './row-schemas';
import type { Bound } from './statements';
import type { KnownTypes } from './value-parsers';

/** What one load works with. */
export interface LoadScope {
  readonly query: PostgresQuery;
  readonly context: LoadContext<PostgresCursor>;
  readonly connection: Connection;
  readonly credential: Credential | undefined;
  /** What is known of the connection's types. */
  readonly known: KnownTypes;
  /** Makes a record what its row schema says. */
  readonly validate: Validate | undefined;
}

/** Runs something in a read-only transaction, which then ends. */
export async function inSession<T>(
  scope: LoadScope,
  sees: 'snapshot' | 'latest',
  run: (session: ReadSession) => Promise<T>,
): Promise<T> {
  const session = await beginSession(scope, sees);
  try {
    return await run(session);
  } finally {
    await session.end();
  }
}

/** Begins a read-only transaction; whoever begins it ends it. */
export function beginSession(
  { connection, credential, query, context }: LoadScope,
  sees: 'snapshot' | 'latest',
): Promise<ReadSession> {
  const { entity, caller, signal } = context;
  const conceal: LoadContext['conceal'] = (secret) => context.conceal?.(secret);
  return ReadSession.begin({ connection, credential, query, entity, caller, conceal, signal, sees });
}

/** Records that were read together. */
export interface RecordBatch extends Batch {
  readonly records: readonly unknown[];
}

/**
 * Reads the records of a statement in batches, with a heartbeat for each.
 *
 * @param keep whether a row becomes a record
 */
export async function* readRecords(
  scope: LoadScope,
  session: ReadSession,
  statement: Bound,
  keep?: (row: readonly unknown[], batch: Batch) => boolean,
): AsyncGenerator<RecordBatch> {
  const { query, context, known, validate } = scope;
  let read = 0;
  for await (const batch of readBatches(session, {
    ...statement,
    known,
    types: query.types,
    batch: query.batch,
    hidden: query.cursor?.version,
  })) {
    // The batch may have come before the signal was aborted, while the one before was used.
    context.signal.throwIfAborted();
    const { rows, shape } = batch;
    let records: unknown[] = [];
    for (const row of rows) if (keep === undefined || keep(row, batch)) records.push(shape.record(row));
    if (validate !== undefined) records = await validate(records, read);
    read += rows.length;
    context.metrics.count('postgres_rows', rows.length);
    context.heartbeat({ kind: 'progress', rows: read });
    yield { ...batch, records };
  }
}
