import type { IncomingHttpHeaders } from 'node:http';
import { parseRetryAfter } from '../retry-after';

/** What an answer says of how often its origin may still be asked. */
export interface RateState {
  /** Requests that are left. */
  readonly remaining: number;
  /** Until there are more, in milliseconds. */
  readonly resetMs: number;
}

/** The families of headers that are in use, each with the names of what is left and of when it is more. */
const FAMILIES = [
  ['ratelimit-remaining', 'ratelimit-reset'],
  ['x-ratelimit-remaining', 'x-ratelimit-reset'],
  ['x-rate-limit-remaining', 'x-rate-limit-reset'],
] as const;

/** Above it a number of seconds is a point in time: no limit lasts ten years. */
const EPOCH_SECONDS = 315_360_000;

/**
 * Reads what an answer says of its rate limit: `RateLimit` as in the newest draft (`"default";r=0;t=30`, the window of
 * `RateLimit-Policy` where there is no time) and in those before (`limit=100, remaining=0, reset=30`), and the
 * `RateLimit-*`, `X-RateLimit-*` and `X-Rate-Limit-*` families. Of several limits the one that is the next to run out
 * counts.
 *
 * @param now when the answer was made, in milliseconds since 1970, by the server's clock where it is known
 */
export function rateState(headers: IncomingHttpHeaders, now: number): RateState | undefined {
  const states = [...structured(headers), ...families(headers, now)];
  return states.sort((a, b) => a.remaining - b.remaining || b.resetMs - a.resetMs)[0];
}

/** Whether an answer says that nothing is left, also where it does not say until when. */
export const isUsedUp = (headers: IncomingHttpHeaders): boolean =>
  /;\s*r=0\b|\bremaining=0\b/.test(text(headers['ratelimit']) ?? '') ||
  FAMILIES.some(([left]) => /^\s*0\b/.test(text(headers[left]) ?? ''));

function* structured(headers: IncomingHttpHeaders): Generator<RateState> {
  const header = text(headers['ratelimit']);
  if (header === undefined) return;
  const [, left] = /\bremaining=(\d+)/.exec(header) ?? [];
  const [, again] = /\breset=(\d+)/.exec(header) ?? [];
  if (left !== undefined && again !== undefined)
    yield { remaining: Number(left), resetMs: Number(again) * 1_000 };
  for (const item of header.split(',')) {
    const [, remaining] = /;\s*r=(\d+)/.exec(item) ?? [];
    const [, reset = windowOf(item, headers)] = /;\s*t=(\d+)/.exec(item) ?? [];
    if (remaining !== undefined && reset !== undefined)
      yield { remaining: Number(remaining), resetMs: Number(reset) * 1_000 };
  }
}

/** The window of the policy that an item of `RateLimit` names, in seconds. */
function windowOf(item: string, headers: IncomingHttpHeaders): string | undefined {
  const nameOf = (given: string): string | undefined => given.split(';')[0]?.trim();
  const policies = text(headers['ratelimit-policy'])?.split(',') ?? [];
  return /;\s*w=(\d+)/.exec(policies.find((policy) => nameOf(policy) === nameOf(item)) ?? '')?.[1];
}

function* families(headers: IncomingHttpHeaders, now: number): Generator<RateState> {
  for (const [left, until] of FAMILIES) {
    // Some send the window after the number: `99, 99;window=60`.
    const remaining = /^\s*(\d+)/.exec(text(headers[left]) ?? '')?.[1];
    if (remaining === undefined) continue;
    // The one that needs no clock first.
    const resetMs =
      parseRetryAfter(text(headers[`${until}-after`]), now) ?? resetIn(text(headers[until]), now);
    if (resetMs !== undefined) yield { remaining: Number(remaining), resetMs };
  }
}

/** Seconds from now, seconds, milliseconds or microseconds since 1970, or a date: all are in use. */
function resetIn(value: string | undefined, now: number): number | undefined {
  const number = Number(value);
  if (!Number.isFinite(number) || number <= EPOCH_SECONDS) return parseRetryAfter(value, now);
  const [ms, us] = [EPOCH_SECONDS * 1e3, EPOCH_SECONDS * 1e6];
  const time = number > us ? number / 1e3 : number > ms ? number : number * 1e3;
  return Math.max(0, Math.ceil(time - now));
}

const text = (value: string | readonly string[] | undefined): string | undefined =>
  value === undefined || typeof value === 'string' ? value : value.join(', ');
