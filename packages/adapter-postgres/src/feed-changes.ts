import { type Pgoutput, PgoutputPlugin } from 'pg-logical-replication';
import { PostgresFault } from './postgres-fault';

/** The values of a row's key columns, as text. */
export type Key = readonly string[];

/** What a piece of the log says of a table. */
export interface FeedChanges {
  /** Rows that were written or went, each once. */
  readonly keys: readonly Key[];
  /** Where the last transaction ends. */
  readonly end?: string;
}

/**
 * Reads messages of `pgoutput`.
 *
 * @param relations the object ids of the table and its partitions; a publication may have others
 * @param columns the key
 * @returns `undefined` when the table was truncated: no message names the rows
 * @throws PostgresFault `invalid` when the log does not hold the key of rows that went
 */
export function feedChanges(
  messages: readonly Buffer[],
  relations: ReadonlySet<number>,
  columns: readonly string[],
): FeedChanges | undefined {
  const plugin = new PgoutputPlugin({ protoVersion: 1, publicationNames: [] });
  const keys = new Map<string, Key>();
  let end: string | undefined;
  const add = (row: Readonly<Record<string, unknown>> | null): void => {
    if (row === null) return;
    const key = columns.map((column) => row[column]);
    if (!key.every((value) => typeof value === 'string'))
      throw new PostgresFault(
        'invalid',
        `The log does not hold the key (${columns.join(', ')}) of each change. Name the table's primary key as table.key, or set REPLICA IDENTITY FULL on the table.`,
      );
    keys.set(JSON.stringify(key), key);
  };
  for (const bytes of messages) {
    const message: Pgoutput.Message = plugin.parse(bytes);
    if (message.tag === 'commit') end = message.commitEndLsn ?? end;
    // Its own parsers are global ones, and lose digits.
    if (message.tag === 'relation') for (const column of message.columns) column.parser = String;
    if (message.tag === 'truncate' && message.relations.some(({ relationOid }) => relations.has(relationOid)))
      return undefined;
    if (!('relation' in message) || !relations.has(message.relation.relationOid)) continue;
    if (message.tag !== 'insert') add(message.key ?? message.old);
    if (message.tag !== 'delete') add(message.new);
  }
  return { keys: [...keys.values()], ...(end !== undefined && { end }) };
}
