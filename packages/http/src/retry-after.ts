import { parseInstant } from './instant';

const SECONDS = /^(\d{1,10}(?:\.\d+)?)\s*(?:s|sec|secs|second|seconds)?$/i;

/** No API asks for ten years: a number of seconds above may be a point in time. */
const LONG_SECONDS = 315_360_000;
/** How far from now a number of seconds since 1970 may be that stands where a number of seconds is expected. */
const NEAR_SECONDS = 366 * 24 * 60 * 60;

/**
 * Reads a `Retry-After` header: a number of seconds, also with a fraction, a point in time as in an HTTP date or
 * ISO 8601, or as seconds since 1970, which some APIs send there.
 *
 * @param value the header as it was sent
 * @param now when the answer was made, in milliseconds since 1970, by the server's clock
 * @returns milliseconds to wait, 0 for a time that has passed, `undefined` when there is no readable value
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? '';
  const seconds = SECONDS.exec(text)?.[1];
  if (seconds !== undefined) {
    const number = Number(seconds);
    const isTime = number > LONG_SECONDS && Math.abs(number - now / 1_000) < NEAR_SECONDS;
    return Math.ceil(isTime ? Math.max(0, number * 1_000 - now) : number * 1_000);
  }
  const time = parseInstant(text);
  return time === undefined ? undefined : Math.max(0, time - now);
}
