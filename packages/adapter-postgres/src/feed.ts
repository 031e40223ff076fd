import { createHash } from 'node:crypto';
import type { Page } from '@stateful-workflow/core';
import { type AnswerBounds, answerTo } from './answer';
import type { OwnClient } from './connection';
import type { FeedCursor, PostgresCursor } from './cursors';
import { feedChanges, type Key } from './feed-changes';
import { identityOf } from './identity';
import { beginSession, inSession, type LoadScope, readRecords } from './load-scope';
import { PostgresFault } from './postgres-fault';
import type { TableSource } from './postgres-query';
import { applicationName, type ReadSession } from './read-session';
import { quote } from './sql';
import { type Bound, columnOf, originOf, select, tableName } from './statements';
import { sweep } from './sweep';

/** The most changes that one look takes from the log; what is left wakes the next one. */
const MAX_CHANGES = 50_000;
/** The most bytes of the log that one look takes. A transaction comes whole: where it is larger, a sweep costs less. */
const MAX_LOG_BYTES = 64 * 1024 * 1024;

/** There is more in the log than a look takes. The connection is closed by then. */
class TooMuchLog extends PostgresFault {
  constructor() {
    super('transient', 'The log holds more than a look takes');
  }
}

/**
 * Reads which rows changed from the server's log, by logical decoding, and then the rows themselves: so they come
 * by the same statement as in a sweep, and a value that the log leaves out is no concern.
 *
 * The slot is moved on to what the checkpoint says, which the workflow has taken in together with the rows; whatever
 * is behind that is given again after a failure.
 *
 * @param anew whether everything is read, whatever the checkpoint says
 */
export async function* loadFeed(scope: LoadScope, anew = false): AsyncGenerator<Page<PostgresCursor>> {
  const { query, context, connection, credential } = scope;
  const slot = slotName(scope);
  const about = await inSession(scope, 'latest', (session) => identityOf(session, query.table));
  const before = context.checkpoint?.cursor;
  const own = await connection.open(credential);
  const ask = asker(own, scope);
  let isTooMuch = false;
  try {
    await ask(
      "SELECT set_config('statement_timeout', $1, false), set_config('application_name', $2, false)",
      [String(query.statementTimeout ?? connection.timeouts.statement), applicationName(context.caller)],
    );
    await checkPublication(ask, query.publication ?? '');
    const since =
      !anew && before?.kind === 'feed' && before.slot === slot && before.about === about ? before : undefined;
    const changes = since && (await readChanges(ask, scope, since));
    if (changes === undefined) yield* resync(ask, scope, slot, about);
    else yield* changedRows(scope, changes, { kind: 'feed', slot, about, lsn: changes.upTo });
  } catch (error) {
    if (!(error instanceof TooMuchLog)) throw error;
    isTooMuch = true;
  } finally {
    await own.close(isTooMuch || context.signal.aborted);
  }
  if (!isTooMuch) return;
  context.log.warn('The log holds more changes than one look takes; everything is read anew', { slot });
  yield* loadFeed(scope, true);
}

/** Asks the server something, over the connection that has the slot. */
type Ask = <Row = unknown>(
  text: string,
  values: readonly unknown[],
  cap?: AnswerBounds['cap'],
) => Promise<readonly Row[]>;

const asker =
  ({ client }: OwnClient, { context: { signal }, query, connection }: LoadScope): Ask =>
  async <Row>(text: string, values: readonly unknown[], cap?: AnswerBounds['cap']) => {
    signal.throwIfAborted();
    const { statementTimeout = connection.timeouts.statement } = query;
    const sent = client.query({ text, values: [...values] });
    const { rows } = await answerTo(client, sent, { signal, statementTimeout, cap });
    return rows as Row[];
  };

/** Newer servers only warn of a publication that is not there, and then give nothing. */
async function checkPublication(ask: Ask, name: string): Promise<void> {
  const found = await ask('SELECT FROM pg_catalog.pg_publication WHERE pubname = $1', [name]);
  if (found.length > 0) return;
  throw new PostgresFault(
    'invalid',
    `The database has no publication "${name}". Create it: CREATE PUBLICATION … FOR TABLE …, or correct the source's publication.`,
  );
}

/** Names the slot of one source of one workflow. */
function slotName({ query, context: { caller, entity } }: LoadScope): string {
  const name = createHash('sha256')
    .update(JSON.stringify([caller, entity, query]))
    .digest('hex');
  return `stateful_workflow_${name.slice(0, 24)}`;
}

/** Makes the slot anew, then reads everything: what changes meanwhile is in the slot. */
async function* resync(
  ask: Ask,
  scope: LoadScope,
  slot: string,
  about: string,
): AsyncGenerator<Page<PostgresCursor>> {
  // An attempt before this one may still have it: one that nobody waits for any more.
  await ask('SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots WHERE slot_name = $1', [
    slot,
  ]);
  await ask('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1', [
    slot,
  ]);
  const [made] = await ask<{ lsn: string }>(
    "SELECT lsn::text FROM pg_create_logical_replication_slot($1, 'pgoutput')",
    [slot],
  );
  const cursor: FeedCursor = { kind: 'feed', slot, about, lsn: made?.lsn ?? '' };
  for await (const page of sweep(scope)) yield page.complete ? { ...page, cursor } : page;
}

/** What the log says since a cursor. */
interface Changes {
  readonly keys: readonly Key[];
  /** What is before it has been read. */
  readonly upTo: string;
}

/** Moves the slot on to the cursor and reads what comes after. @returns nothing when everything has to be read anew */
async function readChanges(
  ask: Ask,
  { query }: LoadScope,
  { slot, lsn }: FeedCursor,
): Promise<Changes | undefined> {
  const table = query.table as TableSource;
  const [state] = await ask<{ ahead: boolean; lost: boolean; now: string }>(
    `SELECT confirmed_flush_lsn > $2::pg_lsn AS ahead, wal_status = 'lost' AS lost,
      pg_current_wal_flush_lsn()::text AS now
    FROM pg_replication_slots WHERE slot_name = $1 AND database = current_database()`,
    [slot, lsn],
  );
  // A slot that is further than the workflow was made anew or moved by somebody: what is between is lost.
  if (state === undefined || state.lost || state.ahead) return undefined;
  await ask('SELECT pg_replication_slot_advance($1, $2::pg_lsn)', [slot, lsn]);
  const log = await ask<{ data: Buffer }>(
    `SELECT data FROM pg_logical_slot_peek_binary_changes(
      $1, $2::pg_lsn, $3, 'proto_version', '1', 'publication_names', $4)`,
    [slot, state.now, MAX_CHANGES, quote(query.publication ?? '')],
    { bytes: MAX_LOG_BYTES, exceeded: () => new TooMuchLog() },
  );
  const parts = await ask<{ relid: number }>(
    'SELECT $1::text::regclass::oid AS relid UNION SELECT relid::oid FROM pg_partition_tree($1::text::regclass)',
    [tableName(table)],
  );
  const found = feedChanges(
    log.map(({ data }) => data),
    new Set(parts.map(({ relid }) => relid)),
    [table.key].flat(),
  );
  if (found === undefined) return undefined;
  // Beyond the last transaction nothing concerns the workflow: an idle table does not hold back the log.
  return { keys: found.keys, upTo: (log.length >= MAX_CHANGES ? found.end : undefined) ?? state.now };
}

/** The rows of keys as they are now; keys without a row are gone. */
async function* changedRows(
  scope: LoadScope,
  { keys }: Changes,
  cursor: FeedCursor,
): AsyncGenerator<Page<PostgresCursor>> {
  if (keys.length === 0) {
    yield { records: [], complete: false, cursor };
    return;
  }
  const { query, context } = scope;
  const table = query.table as TableSource;
  const columns = [table.key].flat();
  const session = await beginSession(scope, 'snapshot');
  try {
    const types = await keyTypes(session, table, columns);
    const origin = originOf(query, context.entity);
    const lists = columns.map(
      (_, i) => `${origin.values.add(keys.map((key) => key[i]))}::text[]::${types[i] as string}[]`,
    );
    const condition = `(${columns.map(columnOf).join(', ')}) IN (SELECT * FROM unnest(${lists.join(', ')}))`;
    const keysOf = columns.map((name, i) => `${columnOf(name)}::text AS "~key${i}"`);
    const statement: Bound = select(origin, [...origin.conditions, condition], keysOf);
    const there = new Set<string>();
    const batches = readRecords(scope, session, statement, (row, { shape }) => {
      there.add(JSON.stringify(columns.map((_, i) => shape.own(row, `~key${i}`))));
      return true;
    });
    for await (const { records, isLast } of batches) {
      const gone = isLast ? keys.filter((key) => !there.has(JSON.stringify(key))) : [];
      const removed = gone.map((key) =>
        Object.fromEntries(fieldsOf(table, columns).map((field, i) => [field, key[i]])),
      );
      yield { records, removed, complete: false, ...(isLast && { cursor }) };
    }
  } finally {
    await session.end();
  }
}

async function keyTypes(
  session: ReadSession,
  table: TableSource,
  columns: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await session.run(
    `SELECT attname, format_type(atttypid, NULL) FROM pg_catalog.pg_attribute
      WHERE attrelid = $1::text::regclass AND attname = ANY($2::text[]) AND NOT attisdropped`,
    [tableName(table), columns],
  );
  const byName = new Map(rows as [string, string][]);
  return columns.map((name) => {
    const type = byName.get(name);
    if (type !== undefined) return type;
    throw new PostgresFault(
      'invalid',
      `The table of the source has no column "${name}", which the source names as its key. Correct table.key.`,
    );
  });
}

/** What the key's columns are called in records. */
function fieldsOf({ columns }: TableSource, key: readonly string[]): readonly string[] {
  if (columns === undefined || Array.isArray(columns)) return key;
  const fields = Object.entries(columns as { readonly [field: string]: string });
  return key.map((name) => fields.find(([, column]) => column === name)?.[0] ?? name);
}
