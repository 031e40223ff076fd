import {
  at,
  Borders,
  cappedValue,
  compareValues,
  type CursorValue,
  earlierValue,
  isOrdered,
  serverStart,
} from '@stateful-workflow/http';
import { createHash } from 'node:crypto';
import type { Json } from '@stateful-workflow/core';
import type { GraphqlCursor, GraphqlIncremental, GraphqlProgress } from './graphql-query';

/** So many records at the boundary are remembered; of more, all are loaded again, which changes nothing. */
const MAX_SEEN = 500;

const DAY_MS = 24 * 60 * 60 * 1_000;

interface Known {
  readonly value: CursorValue | undefined;
  readonly look: string;
}

/** What one load asks for, what of its records is news, and where the next load begins. */
export class Incremental {
  /** Whether this load is one of everything. */
  readonly isSweep: boolean;
  readonly #options: GraphqlIncremental;
  readonly #before: GraphqlCursor;
  readonly #started: number;
  readonly #known = new Map<string, Known>();
  readonly #borders: Borders;
  #hasDrifted = false;
  /** The newest value that does not lie in the future. */
  #newest: CursorValue | undefined;
  /** Where only such values are known that do: the time of the load, as they would write it. */
  #capped: CursorValue | undefined;
  /** When the load began by the server's clock, once an answer has told. */
  #servedAt: number | undefined;
  /** What lies before has been forgotten. */
  #keptFrom: CursorValue | undefined;
  #isEmpty: boolean;
  #hasRecords = false;
  #hasField = false;

  /**
   * @param now when the load began, in milliseconds since 1970
   * @param progress how far the attempt before got, to go on from there
   */
  constructor(
    options: GraphqlIncremental,
    cursor: GraphqlCursor | undefined,
    now: number,
    progress?: GraphqlProgress,
  ) {
    const { since, readTo, sweptAt = 0 } = cursor ?? {};
    const { fullEvery = DAY_MS } = options;
    this.#options = options;
    this.#before = cursor ?? {};
    this.#started = progress?.startedAt ?? now;
    this.#borders = new Borders(options, progress?.borders, readTo);
    const isDue = since === undefined || (fullEvery !== 'never' && now - sweptAt >= fullEvery);
    this.isSweep = progress?.sweep ?? (options.initial === undefined && isDue);
    const newest = progress?.since ?? since;
    // A load before may have left one that lies in the future, which would hide all that is written until then.
    if (newest !== undefined) this.#newest = this.#notAhead(newest);
    this.#isEmpty = (progress?.records ?? 0) === 0;
    // Of when they are is no longer known: the newest they can be keeps them longest.
    for (const [id, look] of Object.entries(progress?.seen ?? {}))
      this.#known.set(id, { value: this.#newest, look });
  }

  /** What the document is asked with. */
  get variables(): { readonly [variable: string]: Json } {
    const { variable, lag = 0, zone, initial = null, sweepFrom = null } = this.#options;
    const { since } = this.#before;
    if (this.isSweep) return { [variable]: sweepFrom };
    if (since === undefined) return { [variable]: initial };
    return { [variable]: earlierValue(this.#notAhead(since), lag, zone) };
  }

  /** Whether records came, and none had the field, not even with null. */
  get hasNoField(): boolean {
    return this.#hasRecords && !this.#hasField;
  }

  /** Learns the time from an answer: the first one of the load tells. @param date its `Date` header */
  answered(date: string | undefined): void {
    this.#servedAt ??= serverStart(date, this.#started);
  }

  /** Takes in records, and gives back those that the last load has not given as they are. */
  take(records: readonly unknown[]): readonly unknown[] {
    const { field, key = 'id', lag = 0, zone } = this.#options;
    const { seen = {} } = this.#before;
    const news: unknown[] = [];
    this.#borders.take(records);
    for (const record of records) {
      this.#isEmpty = false;
      const id = String(at(record, key));
      const look = lookOf(record);
      if (this.isSweep || seen[id] !== look) news.push(record);
      const value = at(record, field);
      this.#hasRecords = true;
      this.#hasField ||= value !== undefined;
      if (!isOrdered(value, zone)) continue;
      this.#known.set(id, { value, look });
      this.#advance(value);
    }
    const since = this.#since;
    if (since === undefined) return news;
    const from = earlierValue(this.#hasDrifted ? this.#borders.from(since) : since, lag, zone);
    // While it stays, what was looked at stays, too.
    if (from === this.#keptFrom) return news;
    this.#keptFrom = from;
    for (const [id, { value }] of this.#known)
      if (value !== undefined && compareValues(value, from, zone) < 0) this.#known.delete(id);
    return news;
  }

  /** What an attempt that goes on from here has to know. */
  get progress(): Pick<GraphqlProgress, 'sweep' | 'startedAt' | 'since' | 'seen' | 'borders'> {
    const { seen } = this.cursor;
    const since = this.#since;
    const borders = this.#hasDrifted ? this.#borders.known : undefined;
    return { sweep: this.isSweep, startedAt: this.#started, since, seen, ...(borders && { borders }) };
  }

  /**
   * Records may have moved from page to page while they were read.
   *
   * @param isSeen whether something shows that they did
   */
  drifted(isSeen: boolean): void {
    this.#hasDrifted = true;
    if (isSeen) this.#borders.moved();
  }

  /** Where the next load begins. */
  get cursor(): GraphqlCursor {
    const { sweptAt, seen } = this.#before;
    const looks = Object.fromEntries([...this.#known].map(([id, { look }]) => [id, look]));
    const kept = this.#isEmpty && !this.isSweep ? seen : this.#known.size > MAX_SEEN ? undefined : looks;
    return {
      ...this.#next,
      ...(this.isSweep ? { sweptAt: this.#started } : sweptAt !== undefined && { sweptAt }),
      ...(kept && { seen: kept }),
    };
  }

  /** Where the next load begins: before the newest, where records may have moved to pages that had been read. */
  get #next(): Pick<GraphqlCursor, 'since' | 'readTo'> {
    const newest = this.#since;
    if (newest === undefined) return {};
    if (!this.#hasDrifted) return { since: newest };
    const { value, ...once } = this.#borders.next(newest);
    return { since: value, ...once };
  }

  get #since(): CursorValue | undefined {
    return this.#newest ?? this.#capped;
  }

  #advance(value: CursorValue): void {
    const capped = this.#notAhead(value);
    if (capped !== value) this.#capped = capped;
    else if (this.#newest === undefined || compareValues(value, this.#newest, this.#options.zone) > 0)
      this.#newest = value;
  }

  /** No later than the load, by the server's clock once it is known. */
  #notAhead(value: CursorValue): CursorValue {
    return cappedValue(value, this.#servedAt ?? Date.now(), this.#options.zone);
  }
}

const lookOf = (record: unknown): string =>
  createHash('sha256').update(JSON.stringify(record)).digest('base64url').slice(0, 8);
