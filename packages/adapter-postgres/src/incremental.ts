import type { Page } from '@stateful-workflow/core';
import { isAhead } from './ahead';
import type { LagCursor, PostgresCursor, TransactionCursor } from './cursors';
import { type Horizon, PREPARED, readHorizon } from './horizon';
import { PostgresFault } from './postgres-fault';
import { beginSession, inSession, type LoadScope, readRecords } from './load-scope';
import { identityOf } from './identity';
import type { QueryCursor } from './postgres-query';
import type { ReadSession } from './read-session';
import { OWN } from './rows';
import { type Bound, columnOf, cursorOf, isDeleted, type Origin, originOf, select } from './statements';
import { OID } from './value-parsers';

/** How often everything is read unless the cursor says otherwise, in milliseconds. */
const FULL_SWEEP_EVERY = 3_600_000;
/** So many transactions are remembered; rows of others may be given a second time, which changes nothing. */
const MAX_SEEN = 1_000;
/** Transaction ids of rows have so many values; they come round. */
const XIDS = 2 ** 32;

/** The moment that a load sees. */
interface Moment {
  readonly about: string;
  /** The server's clock, in milliseconds. */
  readonly now: number;
  /** Every transaction below it has ended. */
  readonly xmin: number;
  /** No transaction from it on has begun. */
  readonly xmax: number;
  /** With a lag: up to where rows count. */
  readonly until: string;
}

/**
 * Reads what changed since the checkpoint, or everything where that is due.
 *
 * Rows are told apart by the transaction that wrote them: each is given once, as soon as it can be seen, however late
 * it was committed. The cursor column only bounds what has to be looked at: rows from `low` on. `low` rises to a value
 * once all transactions that could still write below that value have ended.
 */
export async function* loadChanges(scope: LoadScope): AsyncGenerator<Page<PostgresCursor>> {
  const { query, context } = scope;
  const cursor = cursorOf(query) as QueryCursor;
  const horizon =
    cursor.lag === undefined
      ? await inSession(scope, 'latest', (session) =>
          readHorizon(session, originOf(query, context.entity), cursor.column),
        )
      : undefined;
  const session = await beginSession(scope, 'snapshot');
  try {
    const moment = await readMoment(session, scope, cursor);
    const before = usable(context.checkpoint?.cursor, moment, cursor);
    const origin = originOf(query, context.entity);
    if (cursor.lag !== undefined && before === undefined)
      await checkTimestamp(session, origin, cursor.column);
    const seen = new Set<number>();
    const conditions =
      before === undefined
        ? cursor.tombstone === undefined
          ? []
          : [`NOT ${isDeleted(cursor.tombstone)}`]
        : changed(before, moment, cursor, origin);
    const deleted =
      cursor.tombstone === undefined ? [] : [`${isDeleted(cursor.tombstone)} AS "${OWN}deleted"`];
    const statement: Bound = select(origin, [...origin.conditions, ...conditions], deleted);
    let removed: unknown[] = [];
    const batches = readRecords(scope, session, statement, (row, { shape }) => {
      if (origin.version !== undefined) seen.add(fullXid(Number(shape.own(row, `${OWN}xid`)), moment.xmax));
      if (shape.own(row, `${OWN}deleted`) !== true) return true;
      removed.push(shape.record(row));
      return false;
    });
    for await (const { records, isLast } of batches) {
      const next = isLast
        ? {
            cursor:
              horizon === undefined ? lagCursor(before, moment) : nextCursor(before, moment, horizon, seen),
          }
        : {};
      yield {
        records,
        ...(removed.length > 0 && { removed }),
        ...next,
        complete: isLast && before === undefined,
      };
      removed = [];
    }
  } finally {
    await session.end();
  }
}

async function readMoment(
  session: ReadSession,
  { query }: LoadScope,
  { lag = 0 }: QueryCursor,
): Promise<Moment> {
  const { rows } = await session.run(
    `SELECT pg_snapshot_xmin(pg_current_snapshot())::text, pg_snapshot_xmax(pg_current_snapshot())::text,
      (extract(epoch FROM now()) * 1000)::int8::text, (now() - $1::float8 * interval '1 millisecond')::text`,
    [lag],
  );
  const [xmin, xmax, now, until] = rows[0] as [string, string, string, string];
  const about = await identityOf(session, query.table);
  return { about, now: Number(now), xmin: Number(xmin), xmax: Number(xmax), until };
}

/** A lag is taken off the clock: of a date, whose day goes on, or of text it would miss rows. */
async function checkTimestamp(session: ReadSession, origin: Origin, name: string): Promise<void> {
  const { text, values } = select(
    { ...origin, columns: columnOf(name), version: undefined },
    origin.conditions,
  );
  const { fields } = await session.run(`${text} LIMIT 0`, values);
  const type = fields[0]?.dataTypeID;
  if (type === OID.timestamp || type === OID.timestamptz) return;
  throw new PostgresFault(
    'invalid',
    `The column "${name}" of the cursor is no timestamp, and with a lag it has to be one. Name one that is, cast it in the statement, or leave the lag out.`,
  );
}

/** The cursor of the load before, if it still holds and no full sweep is due. */
function usable(
  before: PostgresCursor | undefined,
  moment: Moment,
  { lag, fullEvery = FULL_SWEEP_EVERY }: QueryCursor,
): TransactionCursor | LagCursor | undefined {
  const kind = lag === undefined ? 'transactions' : 'lag';
  if (before?.kind !== 'transactions' && before?.kind !== 'lag') return undefined;
  if (before.kind !== kind || before.about !== moment.about) return undefined;
  if (
    before.kind === 'transactions' &&
    // A day later, since the times of a column may be of any zone.
    [before.low, before.waits?.key].some((key) => isAhead(key, moment.now + DAY_MS))
  )
    return undefined;
  // Transaction ids that went back: the database was restored.
  if (before.kind === 'transactions' && before.xmin > moment.xmax) return undefined;
  return fullEvery !== 'never' && moment.now - before.sweptAt >= fullEvery ? undefined : before;
}

const DAY_MS = 24 * 60 * 60 * 1_000;

/** The conditions of rows that are not in the state yet. */
function changed(
  before: TransactionCursor | LagCursor,
  moment: Moment,
  { column }: QueryCursor,
  { values, version }: Origin,
): string[] {
  const name = columnOf(column);
  if (before.kind === 'lag')
    return [`${name} > ${values.add(before.low)}`, `${name} <= ${values.add(moment.until)}`];
  const xmax = `${values.add(moment.xmax)}::int8`;
  const xid = `(${xmax} - (((${xmax} - ${version}::text::int8) % ${XIDS} + ${XIDS}) % ${XIDS}))`;
  const conditions = [`${xid} >= ${values.add(before.xmin)}::int8`];
  if (before.seen.length > 0)
    conditions.push(`${xid} <> ALL(${values.add(before.seen.map((by) => before.xmin + by))}::int8[])`);
  if (before.low !== undefined) conditions.push(`(${name} >= ${values.add(before.low)} OR ${name} IS NULL)`);
  return conditions;
}

/** A row's transaction, of which it has the lower half only. */
const fullXid = (xid: number, xmax: number): number => xmax - ((((xmax - xid) % XIDS) + XIDS) % XIDS);

const lagCursor = (before: TransactionCursor | LagCursor | undefined, moment: Moment): LagCursor => ({
  kind: 'lag',
  about: moment.about,
  sweptAt: before?.sweptAt ?? moment.now,
  low: moment.until,
});

function nextCursor(
  given: TransactionCursor | LagCursor | undefined,
  { about, now, xmin }: Moment,
  horizon: Horizon,
  read: ReadonlySet<number>,
): TransactionCursor {
  const before = given?.kind === 'transactions' ? given : undefined;
  const progress = advance(before, horizon);
  // Nothing came and nothing is awaited: a checkpoint that stays as it is costs a workflow no history.
  if (
    before !== undefined &&
    read.size === 0 &&
    !before.waits &&
    !progress.waits &&
    progress.low === before.low
  )
    return before;
  const known = new Set((before?.seen ?? []).map((by) => (before?.xmin ?? 0) + by));
  for (const xid of read) known.add(xid);
  const seen = [...known].filter((xid) => xid >= xmin).map((xid) => xid - xmin);
  return {
    kind: 'transactions',
    about,
    sweptAt: before?.sweptAt ?? now,
    ...progress,
    xmin,
    seen: seen.slice(-MAX_SEEN),
  };
}

/** How far `low` has come, and what it waits for. */
export function advance(
  before: Pick<TransactionCursor, 'low' | 'waits'> | undefined,
  { key, running }: Horizon,
): Pick<TransactionCursor, 'low' | 'waits'> {
  if (running.length === 0) return lowOf(key ?? before?.low);
  const waits = { ...(key !== undefined && { key }), for: running };
  if (before?.waits === undefined) return { ...lowOf(before?.low), waits };
  const { waits: earlier } = before;
  // One that has been prepared since goes by another name: any of those may be one of them.
  const still = running.filter((one) => earlier.for.includes(one) || one.startsWith(PREPARED));
  if (still.length > 0) return { ...lowOf(before.low), waits: { ...earlier, for: still } };
  return { ...lowOf(earlier.key ?? before.low), waits };
}

const lowOf = (low: string | undefined): { low?: string } => (low === undefined ? {} : { low });
