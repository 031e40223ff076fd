import type { IncomingHttpHeaders } from 'node:http';
import { LRUCache } from 'lru-cache';
import { HttpError } from '../http-error';
import { hidesLimit, waitAsked } from './limit-signs';

/** How often an origin may be asked. `requests` and `perMs` go together; without them its answers alone say it. */
export interface RateBudget {
  /** So many requests … */
  readonly requests?: number;
  /** … in so many milliseconds. */
  readonly perMs?: number;
  /**
   * What is limited together: `'origin'`, or each `'route'` by itself, which is the `path` of a source as it is
   * written: `/customers/{id}` is one. For APIs that limit so; what one route is told holds back no other, unless the
   * answer says that it is for all (`X-RateLimit-Scope: global`).
   * @default 'origin'
   */
  readonly scope?: 'origin' | 'route';
}

/** What of a request counts for its limit, besides origin and credential. */
export interface LimitedRequest {
  /** The route it belongs to, where limits are by route. @default none: the origin has one limit */
  readonly route?: string;
  /**
   * When somebody asked for it, in milliseconds since 1970: what was learnt before is then tried once.
   * @default nobody did
   */
  readonly demandedAt?: number;
}

interface Limit {
  /** No request before this time. */
  blockedUntil: number;
  /** When that was learnt. */
  learntAt: number;
  /** When a request that was demanded was sent all the same. */
  triedAt: number;
  /** When the requests of the last window were sent, oldest first; only with a budget. */
  readonly sent: number[];
}

/** What is known of more credentials than this is forgotten, the longest unused first. */
const MAX_LIMITS = 10_000;

/** A server that asks for more is taken at this: it may mean another unit, or its clock be wrong. */
export const MAX_WAIT_MS = 60 * 60 * 1_000;

/** However many demand it, what a server has said is tried no more often than this. */
const TRY_EVERY_MS = 500;

/**
 * What may be asked of each origin with each credential, by all loads of a worker. A request that would be too
 * many is not sent: it fails, and says how long to wait. The wait is Temporal's, so that no worker is kept busy
 * with it.
 */
export class RateLimits {
  readonly #limits = new LRUCache<string, Limit>({ max: MAX_LIMITS });
  readonly #now: () => number;
  readonly #maxWaitMs: number;

  /**
   * @param now the time, in milliseconds since 1970
   * @param maxWaitMs how long an origin is left alone at most
   */
  constructor(now: () => number = Date.now, maxWaitMs = MAX_WAIT_MS) {
    this.#now = now;
    this.#maxWaitMs = maxWaitMs;
  }

  /**
   * Lets a request pass and counts it.
   *
   * @param identity whose credential it is: its identity, never its fingerprint
   * @throws HttpError `limit` with the time to wait
   */
  pass(
    origin: string,
    identity: string | undefined,
    budget: RateBudget | undefined,
    request: LimitedRequest = {},
  ): void {
    const now = this.#now();
    const holding = this.#holding(origin, identity, request);
    for (const one of holding)
      if (one.blockedUntil > now && !mayTry(one, now, request))
        throw limited(one.blockedUntil - now, `${origin} has said that it takes no more requests`);
    const { requests, perMs } = budget ?? {};
    if (requests === undefined || perMs === undefined) return;
    const { sent } = holding[0];
    while (sent.length > 0 && (sent[0] as number) <= now - perMs) sent.shift();
    if (sent.length >= requests) {
      const wait = (sent[0] as number) + perMs - now;
      throw limited(wait, `${origin} is asked at most ${requests} times in ${perMs} ms`);
    }
    sent.push(now);
  }

  /** Learns from an answer how long its origin wants to be left alone, and that it no longer does. */
  learn(
    origin: string,
    identity: string | undefined,
    status: number,
    headers: IncomingHttpHeaders,
    request: LimitedRequest = {},
  ): void {
    const wait = waitOf(status, headers, this.#now());
    if (wait > 0) return this.hold(origin, identity, wait, headers, request);
    const { demandedAt } = request;
    if (status >= 400 || demandedAt === undefined) return;
    // It was tried against what had been said, and went well.
    for (const limit of this.#holding(origin, identity, request))
      if (limit.learntAt < demandedAt) limit.blockedUntil = 0;
  }

  /** Leaves an origin alone for so long, since an answer is that of a limit, by whatever tells that. */
  hold(
    origin: string,
    identity: string | undefined,
    waitMs: number,
    headers: IncomingHttpHeaders,
    request: LimitedRequest = {},
  ): void {
    const now = this.#now();
    const limit = this.#limit(origin, identity, isForAll(headers) ? {} : request);
    limit.blockedUntil = Math.max(limit.blockedUntil, now + Math.min(waitMs, this.#maxWaitMs));
    limit.learntAt = now;
  }

  /** What may hold a request back: what is known of its route, and of the origin. */
  #holding(
    origin: string,
    identity: string | undefined,
    request: LimitedRequest,
  ): readonly [Limit, ...Limit[]] {
    const own = this.#limit(origin, identity, request);
    const whole = request.route === undefined ? undefined : this.#limits.get(keyOf(origin, identity, {}));
    return whole === undefined ? [own] : [own, whole];
  }

  #limit(origin: string, identity: string | undefined, request: LimitedRequest): Limit {
    const key = keyOf(origin, identity, request);
    const limit = this.#limits.get(key) ?? { blockedUntil: 0, learntAt: 0, triedAt: 0, sent: [] };
    this.#limits.set(key, limit);
    return limit;
  }
}

const keyOf = (origin: string, identity = '', { route = '' }: LimitedRequest): string =>
  `${origin} ${identity} ${route}`;

/** Whether an API that limits each route by itself says that this limit is one for all of them. */
const isForAll = (headers: IncomingHttpHeaders): boolean =>
  headers['x-ratelimit-global'] === 'true' || headers['x-ratelimit-scope'] === 'global';

/** Whether what a server has said may be tried: it was said before somebody demanded the request, who asks once. */
function mayTry(limit: Limit, now: number, { demandedAt }: LimitedRequest): boolean {
  if (demandedAt === undefined || limit.learntAt >= demandedAt) return false;
  if (limit.triedAt >= demandedAt || now - limit.triedAt < TRY_EVERY_MS) return false;
  limit.triedAt = now;
  return true;
}

/** How long an answer wants its origin to be left alone, in milliseconds. */
function waitOf(status: number, headers: IncomingHttpHeaders, now: number): number {
  const isLimit = status === 429 || status === 503 || hidesLimit(status, headers);
  // Of another answer only a budget that is used up speaks of the next request.
  if (isLimit) return waitAsked(headers, now) ?? 0;
  return waitAsked({ ...headers, 'retry-after': undefined }, now) ?? 0;
}

function limited(waitMs: number, why: string): HttpError {
  const retryAfterMs = Math.max(1, Math.ceil(waitMs));
  return new HttpError(
    { type: 'limit', retryAfterMs },
    `${why}, so the request waits ${Math.ceil(retryAfterMs / 1000)} s. The load is tried again then.`,
  );
}
