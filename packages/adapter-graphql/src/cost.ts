import { at, HttpError, parseInstant, serverTime } from '@stateful-workflow/http';
import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { GraphqlAnswer } from './graphql-errors';

/** What is known of a budget that an API counts queries against. */
interface Budget {
  /** Points that were left when it was learnt. */
  left: number;
  /** What the last query cost. */
  readonly cost: number;
  readonly max: number;
  /** Points that come back each millisecond. */
  readonly restorePerMs: number;
  /** When all come back, in milliseconds since 1970; where they come back all at once. */
  readonly resetAt?: number;
  /** When it was learnt, in milliseconds since 1970. */
  readonly at: number;
  /** When a query that was demanded was sent all the same. */
  triedAt?: number;
}

/** A wait up to this is waited for in place: to break off and begin again would cost more. Milliseconds. */
const SHORT_WAIT = 2_000;

const MAX_BUDGETS = 10_000;

/**
 * Keeps queries within what APIs say that they may cost: `extensions.cost` with a bucket that fills again, and
 * `rateLimit` with a time at which it is full. The budget of an origin and a credential is shared by all loads; without a
 * key nobody knows whose it is, and nothing is remembered.
 */
export class CostBudgets {
  readonly #budgets = new LRUCache<string, Budget>({ max: MAX_BUDGETS });
  readonly #now: () => number;
  readonly #maxWaitMs: number;

  /**
   * @param now the time, in milliseconds since 1970
   * @param maxWaitMs how long is waited at most: a reset that is further away may be of a clock that is wrong
   */
  constructor(now: () => number = Date.now, maxWaitMs = 60 * 60 * 1_000) {
    this.#now = now;
    this.#maxWaitMs = maxWaitMs;
  }

  /**
   * Takes what one more query costs, and waits for it if that takes but a moment.
   *
   * @param demandedAt when somebody asked for the query: what was learnt before is then tried once
   * @throws HttpError `limit`
   */
  async spend(key: string | undefined, signal: AbortSignal, demandedAt = 0): Promise<void> {
    if (key === undefined) return;
    const known = this.#budgets.get(key);
    if (known !== undefined && known.at < demandedAt && (known.triedAt ?? 0) < demandedAt)
      known.triedAt = this.#now();
    else await this.#afford(key, signal);
    const budget = this.#budgets.get(key);
    if (budget !== undefined) budget.left -= budget.cost;
  }

  async #afford(key: string, signal: AbortSignal): Promise<void> {
    const wait = this.wait(key) ?? 0;
    if (wait > SHORT_WAIT) {
      throw new HttpError(
        { type: 'limit', retryAfterMs: wait },
        `The API has not enough left of its query budget, so the query waits ${Math.ceil(wait / 1000)} s. The load is tried again then.`,
      );
    }
    if (wait > 0) await sleep(wait, undefined, { signal }).catch(() => signal.throwIfAborted());
  }

  /** How long until a query like the last one can be paid for, in milliseconds; `undefined` if nothing is known. */
  wait(key: string | undefined): number | undefined {
    const budget = key === undefined ? undefined : this.#budgets.get(key);
    if (budget === undefined) return undefined;
    const { left, cost, max, restorePerMs, resetAt, at: learnt } = budget;
    const now = this.#now();
    if (resetAt !== undefined && now >= resetAt) return 0;
    const available = Math.min(max, left + (now - learnt) * restorePerMs);
    // One that costs more than there can ever be is for the API to refuse.
    if (available >= cost || cost > max) return 0;
    const wait = restorePerMs > 0 ? (cost - available) / restorePerMs : (resetAt ?? now) - now;
    // Learnt so long ago, it holds no more.
    if (now - learnt >= this.#maxWaitMs) return 0;
    return Math.min(Math.ceil(wait), learnt + this.#maxWaitMs - now);
  }

  /** Learns from an answer. @returns what the query cost, if it says so */
  learn(
    key: string | undefined,
    answer: Pick<GraphqlAnswer, 'data' | 'extensions'> & Partial<Pick<GraphqlAnswer, 'headers'>>,
  ): number | undefined {
    const now = this.#now();
    const ahead = serverTime(answer.headers?.['date'], now) - now;
    const budget = bucketOf(at(answer.extensions, 'cost'), now) ?? limitOf(answer, now, ahead);
    if (budget === undefined || key === undefined) return budget?.cost;
    this.#budgets.set(key, budget);
    return budget.cost;
  }
}

function bucketOf(cost: unknown, now: number): Budget | undefined {
  const left = numberAt(cost, 'throttleStatus.currentlyAvailable');
  const perSecond = numberAt(cost, 'throttleStatus.restoreRate');
  if (left === undefined || perSecond === undefined) return undefined;
  return {
    left,
    cost: numberAt(cost, 'requestedQueryCost') ?? numberAt(cost, 'actualQueryCost') ?? 1,
    max: numberAt(cost, 'throttleStatus.maximumAvailable') ?? Infinity,
    restorePerMs: perSecond / 1_000,
    at: now,
  };
}

/** @param ahead by how much the server's clock is ahead, in milliseconds */
function limitOf(
  { data, extensions }: Pick<GraphqlAnswer, 'data' | 'extensions'>,
  now: number,
  ahead: number,
): Budget | undefined {
  const limit = at(data, 'rateLimit') ?? at(extensions, 'rateLimit');
  const left = numberAt(limit, 'remaining');
  const resetAt = parseInstant(String(at(limit, 'resetAt')));
  if (left === undefined || resetAt === undefined) return undefined;
  return {
    left,
    cost: numberAt(limit, 'cost') ?? 1,
    max: numberAt(limit, 'limit') ?? Infinity,
    restorePerMs: 0,
    resetAt: resetAt - ahead,
    at: now,
  };
}

function numberAt(value: unknown, path: string): number | undefined {
  const found = at(value, path);
  return typeof found === 'number' && Number.isFinite(found) && found >= 0 ? found : undefined;
}
