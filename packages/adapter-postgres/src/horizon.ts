import { isAhead, notAhead } from './ahead';
import { PostgresFault } from './postgres-fault';
import type { ReadSession } from './read-session';
import { columnOf, type Origin, select } from './statements';

/** What was known before rows were read, which bounds what late transactions can still write. */
export interface Horizon {
  /** The highest value of the cursor column that could be seen, of times the highest that has come. */
  readonly key?: string;
  /** The transactions that ran after that, in this database. */
  readonly running: readonly string[];
}

/** Prepared transactions, in a list of running ones, begin so. */
export const PREPARED = 'p';

/**
 * Looks at the cursor column, then at who is running. In this order: a transaction that is not among the running ones
 * and whose rows cannot be seen afterwards began later, so that its values are no less than `key`.
 *
 * Every transaction holds a lock on its own virtual id from its first moment, so that those show as well that have
 * no transaction id yet, and everybody may read `pg_locks`.
 *
 * @param session one in which each statement sees what is there by then
 */
export async function readHorizon(session: ReadSession, origin: Origin, column: string): Promise<Horizon> {
  const key = await highestValue(session, origin, columnOf(column));
  const running = await session.run(RUNNING);
  // After the locks: a transaction that was prepared in between is in one of the two.
  const prepared = await session.run(PREPARED_ONES);
  const [recovering] = running.rows[0] as [boolean];
  if (recovering)
    throw new PostgresFault(
      'invalid',
      'The cursor needs to know which transactions are running, and the connection is to a standby, which does not. Connect to the primary, or give the cursor a lag.',
    );
  return {
    ...(key !== undefined && { key }),
    running: [...running.rows, ...prepared.rows].flatMap((row) => row.slice(-1) as string[]).filter(Boolean),
  };
}

/** A time that has not come, such as that of a wrong clock, or infinity, would hide what is written until then. */
async function highestValue(session: ReadSession, origin: Origin, name: string): Promise<string | undefined> {
  const highest = async (condition: string) => {
    // The last column tells the type, of a domain what it is made of.
    const columns = `${name}::text, (extract(epoch FROM now()) * 1000)::int8::text, CASE WHEN false THEN ${name} END`;
    const conditions = [...origin.conditions, condition];
    const { text, values } = select({ ...origin, columns, version: undefined }, conditions);
    const { rows, fields } = await session.run(`${text} ORDER BY ${name} DESC LIMIT 1`, values);
    const [key, now] = (rows[0] ?? []) as [string?, string?];
    return { key, now: Number(now), type: fields[2]?.dataTypeID ?? 0 };
  };
  const { key, now, type } = await highest(`${name} IS NOT NULL`);
  if (key === undefined || !isAhead(key, now)) return key;
  return (await highest(notAhead(name, type, key))).key;
}

const RUNNING = `
SELECT pg_is_in_recovery(), l.virtualxid
FROM (SELECT) AS one
LEFT JOIN (
  pg_catalog.pg_locks AS l LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
) ON l.locktype = 'virtualxid' AND l.mode = 'ExclusiveLock' AND l.granted AND l.pid <> pg_backend_pid()
  AND (a.datname IS NULL OR a.datname = current_database())
  AND coalesce(
    a.backend_type NOT IN ('autovacuum worker', 'autovacuum launcher', 'logical replication launcher'), true
  )`;

const PREPARED_ONES = `
SELECT '${PREPARED}' || transaction::text FROM pg_catalog.pg_prepared_xacts WHERE database = current_database()`;
