import type { TableSource } from './postgres-query';
import type { ReadSession } from './read-session';
import { tableName } from './statements';

/**
 * Names what a cursor is about: the database, and of a table its storage and columns. It changes when the connection
 * leads elsewhere, and when a table is replaced, truncated, rewritten or altered: then what was read before says
 * nothing of what is there now.
 */
export async function identityOf(session: ReadSession, table: TableSource | undefined): Promise<string> {
  const name = table === undefined ? null : tableName(table);
  const { rows } = await session.run(IDENTITY, [name]);
  return rows[0]?.[0] as string;
}

const IDENTITY = `
SELECT left(md5(concat_ws('|',
  (SELECT system_identifier FROM pg_control_system()),
  (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()),
  $1::text::regclass::oid,
  (SELECT string_agg(concat_ws(':', relid::oid, pg_relation_filenode(relid)), ',' ORDER BY relid::oid)
    FROM pg_partition_tree($1::text::regclass)),
  pg_relation_filenode($1::text::regclass),
  (SELECT string_agg(concat_ws(':', attname, atttypid, atttypmod), ',' ORDER BY attnum)
    FROM pg_catalog.pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped)
)), 12)`;
