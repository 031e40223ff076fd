import type { IncomingHttpHeaders } from 'node:http';
import { HttpError } from '../http-error';
import { parseRetryAfter } from '../retry-after';
import { rateState } from './rate-headers';

/** How often an origin may be asked. */
export interface RateBudget {
  /** So many requests … */
  readonly requests: number;
  /** … in so many milliseconds. */
  readonly perMs: number;
}

interface Limit {
  /** No request before this time. */
  blockedUntil: number;
  /** When the requests of the last window were sent, oldest first; only with a budget. */
  readonly sent: number[];
}

/** What is known of more credentials than this is forgotten, the longest unused first. */
const MAX_LIMITS = 10_000;

/** A server that asks for more is taken at this: it may mean another unit. */
const MAX_WAIT_MS = 24 * 60 * 60 * 1_000;

/**
 * What may be asked of each origin with each credential, by all loads of a worker. A request that would be too
 * many is not sent: it fails, and says how long to wait. The wait is Temporal's, so that no worker is kept busy
 * with it.
 */
export class RateLimits {
  readonly #limits = new Map<string, Limit>();
  readonly #now: () => number;

  /** @param now the time, in milliseconds since 1970 */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /**
   * Lets a request pass and counts it.
   *
   * @param identity whose credential it is: its identity, never its fingerprint
   * @throws HttpError `limit` with the time to wait
   */
  pass(origin: string, identity: string | undefined, budget: RateBudget | undefined): void {
    const now = this.#now();
    const limit = this.#limit(origin, identity);
    if (limit.blockedUntil > now) {
      throw limited(limit.blockedUntil - now, `${origin} has said that it takes no more requests`);
    }
    if (budget === undefined) return;
    const { sent } = limit;
    while (sent.length > 0 && (sent[0] as number) <= now - budget.perMs) sent.shift();
    if (sent.length >= budget.requests) {
      const wait = (sent[0] as number) + budget.perMs - now;
      throw limited(wait, `${origin} is asked at most ${budget.requests} times in ${budget.perMs} ms`);
    }
    sent.push(now);
  }

  /** Learns from an answer how long its origin wants to be left alone. */
  learn(origin: string, identity: string | undefined, status: number, headers: IncomingHttpHeaders): void {
    const served = Date.parse(headers.date ?? '');
    const now = this.#now();
    const clock = Number.isNaN(served) ? now : served;
    const state = rateState(headers, clock);
    const empty = state !== undefined && state.remaining <= 0 ? state.resetMs : 0;
    const asked =
      status === 429 || status === 503 ? (parseRetryAfter(headers['retry-after'], clock) ?? 0) : 0;
    const wait = Math.min(Math.max(empty, asked), MAX_WAIT_MS);
    if (wait <= 0) return;
    const limit = this.#limit(origin, identity);
    limit.blockedUntil = Math.max(limit.blockedUntil, now + wait);
  }

  #limit(origin: string, identity: string | undefined): Limit {
    const key = `${origin} ${identity ?? ''}`;
    const limit = this.#limits.get(key) ?? { blockedUntil: 0, sent: [] };
    // The newest last.
    this.#limits.delete(key);
    this.#limits.set(key, limit);
    if (this.#limits.size > MAX_LIMITS) this.#limits.delete(this.#limits.keys().next().value as string);
    return limit;
  }
}

function limited(waitMs: number, why: string): HttpError {
  const retryAfterMs = Math.max(1, Math.ceil(waitMs));
  return new HttpError(
    { type: 'limit', retryAfterMs },
    `${why}, so the request waits ${Math.ceil(retryAfterMs / 1000)} s. The load is tried again then.`,
  );
}
