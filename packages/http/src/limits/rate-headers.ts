import type { IncomingHttpHeaders } from 'node:http';
import { parseInstant } from '../instant';

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
const EPOCH_MS = EPOCH_SECONDS * 1_000;

/**
 * Reads what an answer says of its rate limit: `RateLimit` as in the newest draft (`"default";r=0;t=30`), and the
 * `RateLimit-*`, `X-RateLimit-*` and `X-Rate-Limit-*` families. Of several limits the one that is the next to run
 * out counts.
 *
 * @param now when the answer was made, in milliseconds since 1970, by the server's clock where it is known
 */
export function rateState(headers: IncomingHttpHeaders, now: number): RateState | undefined {
  const states = [...structured(text(headers['ratelimit'])), ...families(headers, now)];
  return states.sort((a, b) => a.remaining - b.remaining || b.resetMs - a.resetMs)[0];
}

/** Whether an answer says that nothing is left, also where it does not say until when. */
export const isUsedUp = (headers: IncomingHttpHeaders): boolean =>
  /;\s*r=0\b|\bremaining=0\b/.test(text(headers['ratelimit']) ?? '') ||
  FAMILIES.some(([left]) => /^\s*0\b/.test(text(headers[left]) ?? ''));

function* structured(header: string | undefined): Generator<RateState> {
  for (const item of header?.split(',') ?? []) {
    const remaining = /;\s*r=(\d+)/.exec(item)?.[1] ?? /\bremaining=(\d+)/.exec(item)?.[1];
    const reset = /;\s*t=(\d+)/.exec(item)?.[1];
    if (remaining !== undefined && reset !== undefined)
      yield { remaining: Number(remaining), resetMs: Number(reset) * 1_000 };
  }
}

function* families(headers: IncomingHttpHeaders, now: number): Generator<RateState> {
  for (const [left, until] of FAMILIES) {
    // Some send the window after the number: `99, 99;window=60`.
    const remaining = /^\s*(\d+)/.exec(text(headers[left]) ?? '')?.[1];
    const resetMs = resetIn(text(headers[until]), now);
    if (remaining !== undefined && resetMs !== undefined) yield { remaining: Number(remaining), resetMs };
  }
}

/** Seconds from now, seconds or milliseconds since 1970, or a date: all are in use. */
function resetIn(value: string | undefined, now: number): number | undefined {
  if (value === undefined || value.trim() === '') return undefined;
  const number = Number(value);
  if (Number.isNaN(number)) {
    const date = parseInstant(value);
    return date === undefined ? undefined : Math.max(0, date - now);
  }
  if (number < 0) return undefined;
  if (number > EPOCH_MS) return Math.max(0, number - now);
  return number > EPOCH_SECONDS ? Math.max(0, number * 1_000 - now) : Math.ceil(number * 1_000);
}

const text = (value: string | readonly string[] | undefined): string | undefined =>
  value === undefined || typeof value === 'string' ? value : value.join(', ');
