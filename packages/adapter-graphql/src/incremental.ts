import { at } from '@stateful-workflow/http';
import { createHash } from 'node:crypto';
import type { Json } from '@stateful-workflow/core';
import type { GraphqlCursor, GraphqlIncremental, GraphqlProgress } from './graphql-query';

/** So many records at the boundary are remembered; of more, all are loaded again, which changes nothing. */
const MAX_SEEN = 500;

const DAY_MS = 24 * 60 * 60 * 1_000;

interface Known {
  readonly order: number;
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
  #newest: { readonly value: string | number; readonly order: number } | undefined;
  #isEmpty: boolean;

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
    const { since, sweptAt = 0 } = cursor ?? {};
    const { fullEvery = DAY_MS } = options;
    this.#options = options;
    this.#before = cursor ?? {};
    this.#started = progress?.startedAt ?? now;
    const isDue = since === undefined || (fullEvery !== 'never' && now - sweptAt >= fullEvery);
    this.isSweep = progress?.sweep ?? (options.initial === undefined && isDue);
    const newest = progress?.since ?? since;
    if (newest !== undefined) this.#newest = { value: newest, order: orderOf(newest) ?? -Infinity };
    this.#isEmpty = (progress?.records ?? 0) === 0;
    // Of when they are is no longer known: the newest they can be keeps them longest.
    for (const [id, look] of Object.entries(progress?.seen ?? {}))
      this.#known.set(id, { order: this.#newest?.order ?? -Infinity, look });
  }

  /** What the document is asked with. */
  get variables(): { readonly [variable: string]: Json } {
    const { variable, lag, initial, sweepFrom = null } = this.#options;
    const { since } = this.#before;
    if (this.isSweep) return { [variable]: sweepFrom };
    return { [variable]: since === undefined ? (initial ?? null) : earlier(since, lag) };
  }

  /** Takes in records, and gives back those that the last load has not given as they are. */
  take(records: readonly unknown[]): readonly unknown[] {
    const { field, key = 'id', lag = 0 } = this.#options;
    const { seen = {} } = this.#before;
    const news: unknown[] = [];
    for (const record of records) {
      this.#isEmpty = false;
      const id = String(at(record, key));
      const look = lookOf(record);
      if (this.isSweep || seen[id] !== look) news.push(record);
      const value = at(record, field);
      const order = orderOf(value);
      if (order === undefined) continue;
      this.#known.set(id, { order, look });
      if (this.#newest === undefined || order > this.#newest.order)
        this.#newest = { value: value as string | number, order };
    }
    const { order: newest = -Infinity } = this.#newest ?? {};
    for (const [id, { order }] of this.#known) if (order < newest - lag) this.#known.delete(id);
    return news;
  }

  /** What an attempt that goes on from here has to know. */
  get progress(): Pick<GraphqlProgress, 'sweep' | 'startedAt' | 'since' | 'seen'> {
    const { since, seen } = this.cursor;
    return { sweep: this.isSweep, startedAt: this.#started, since, seen };
  }

  /** Where the next load begins. */
  get cursor(): GraphqlCursor {
    const { sweptAt, seen } = this.#before;
    const looks = Object.fromEntries([...this.#known].map(([id, { look }]) => [id, look]));
    const kept = this.#isEmpty && !this.isSweep ? seen : this.#known.size > MAX_SEEN ? undefined : looks;
    return {
      ...(this.#newest && { since: this.#newest.value }),
      ...(this.isSweep ? { sweptAt: this.#started } : sweptAt !== undefined && { sweptAt }),
      ...(kept && { seen: kept }),
    };
  }
}

/** Where a time or a number stands among others, or `undefined` for what is neither. */
function orderOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value === '') return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}

/** A time or a number so much before another; as it was given, if it is not moved. */
function earlier(since: string | number | undefined, lag = 0): Json {
  if (since === undefined) return null;
  if (lag === 0) return since;
  return typeof since === 'number' ? since - lag : new Date(Date.parse(since) - lag).toISOString();
}

const lookOf = (record: unknown): string =>
  createHash('sha256').update(JSON.stringify(record)).digest('base64url').slice(0, 8);
