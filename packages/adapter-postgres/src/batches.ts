import type { AnswerBounds } from './answer';
import { PostgresFault } from './postgres-fault';
import type { BatchOptions, TypeOptions } from './postgres-query';
import type { ReadSession } from './read-session';
import { rowShape, type RowShape } from './rows';
import { type KnownTypes, TYPE_QUERY, ValueParsers } from './value-parsers';

/** Rows that were read together. */
export interface Batch {
  readonly rows: readonly (readonly unknown[])[];
  readonly shape: RowShape;
  /** Whether these are the last ones. */
  readonly isLast: boolean;
}

/** What to read, and how. */
export interface BatchRequest {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly types?: TypeOptions;
  /** What is known of the database's types; what is learnt is added. */
  readonly known: KnownTypes;
  /** A column that is not part of the records. */
  readonly hidden?: string;
  readonly batch?: BatchOptions;
}

/** So few that rows of a megabyte do no harm, before it is known how large rows are. */
const FIRST_ROWS = 50;
/** How much larger than the one before a batch may be. */
const GROWTH = 8;
/** How many times `batch.bytes` a batch may bring when rows are suddenly larger than those before. */
const EXCESS = 16;
const MIB = 1024 * 1024;
/** At least so much is taken: of small batches, a single row may be larger. */
const MIN_CAP = 64 * MIB;
/** No string of Node holds more, and a value that is longer would end the process. */
const MAX_CAP = 511 * MIB;

/**
 * Reads a statement by a cursor, in batches bounded in rows and bytes; the next one is on its way while one is used.
 *
 * How many rows make a batch follows from the size of those before. Where that was far too many, the load fails and
 * the connection is closed before the rest arrives, so that memory is bounded whatever rows there are.
 *
 * `DECLARE … CURSOR` takes `SELECT` and `VALUES` and nothing else: the server itself refuses whatever is not
 * for reading, and `COMMIT` with it.
 */
export async function* readBatches(session: ReadSession, request: BatchRequest): AsyncGenerator<Batch> {
  const { rows: maxRows = 2_000, bytes: maxBytes = 4 * MIB } = request.batch ?? {};
  const declare = (): Promise<unknown> =>
    session.run(`DECLARE source NO SCROLL CURSOR FOR ${request.text}`, request.values);
  const fetch = (rows: number): ReturnType<ReadSession['run']> =>
    session.run(`FETCH ${rows} FROM source`, [], parsers, capOf(rows, maxBytes));
  await declare();
  let parsers = new ValueParsers(request.types, request.known);
  let asked = Math.min(FIRST_ROWS, maxRows);
  let first = await fetch(asked);
  while (parsers.unknown.size > 0) {
    await learnTypes(session, parsers.unknown, request.known);
    parsers = new ValueParsers(request.types, request.known);
    await session.run('CLOSE source');
    await declare();
    first = await fetch(asked);
  }
  const shape = rowShape(first.fields, request.hidden);
  let result = first;
  for (;;) {
    const isLast = result.rows.length < asked;
    const { rows } = result;
    if (isLast) {
      yield { rows, shape, isLast };
      return;
    }
    const each = Math.max(1, bytesOf(rows) / rows.length);
    asked = Math.max(1, Math.min(maxRows, Math.round(maxBytes / each), asked * GROWTH));
    const next = fetch(asked);
    // Whoever breaks off does not wait for it.
    next.catch(() => {});
    yield { rows, shape, isLast };
    result = await next;
  }
}

/** The most bytes that a batch of so many rows may bring. */
function capOf(rows: number, maxBytes: number): AnswerBounds['cap'] {
  const bytes = Math.min(Math.max(EXCESS * maxBytes, MIN_CAP), MAX_CAP);
  const exceeded = (): PostgresFault =>
    new PostgresFault(
      'invalid',
      rows === 1
        ? `A row of the source has more than ${inMib(bytes)} MiB, which is the most that a batch takes. Select less of it; up to ${inMib(MAX_CAP)} MiB, raising batch.bytes helps.`
        : `A batch of ${rows} rows has more than ${inMib(bytes)} MiB, which is the most that it takes: these rows are far larger than those before. Set batch.rows of the source to fewer, or raise batch.bytes.`,
    );
  return { bytes, exceeded };
}

const inMib = (bytes: number): number => Math.floor(bytes / MIB);

async function learnTypes(session: ReadSession, unknown: Set<number>, known: KnownTypes): Promise<void> {
  const { rows } = await session.run(TYPE_QUERY, [[...unknown]], new ValueParsers());
  for (const type of unknown) known.set(type, null);
  for (const [type, item] of rows as [number, number | null][]) known.set(type, item);
}

/** About how much rows take: a sample is enough to size the next batch. */
function bytesOf(rows: readonly (readonly unknown[])[]): number {
  const step = Math.max(1, Math.floor(rows.length / 20));
  let bytes = 0;
  let sampled = 0;
  for (let i = 0; i < rows.length; i += step, sampled++)
    for (const value of rows[i] as readonly unknown[])
      bytes +=
        typeof value === 'string'
          ? value.length
          : typeof value === 'object' && value !== null
            ? JSON.stringify(value).length
            : 8;
  return (bytes / sampled) * rows.length;
}
