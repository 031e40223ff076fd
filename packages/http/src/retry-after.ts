import { parseInstant } from './instant';

const AMOUNT = /^(\d+\.?\d*|\.\d+)\s*([a-z]*)$/i;
/** Milliseconds of the units that are written after a number; without one it is seconds. */
const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(?:s|secs?|seconds?)?$/i, 1_000],
  [/^(?:ms|msecs?|milliseconds?)$/i, 1],
  [/^(?:m|mins?|minutes?)$/i, 60_000],
];

/** No API asks for ten years: a number of seconds above may be a point in time. */
const LONG_SECONDS = 315_360_000;
/** How far from now a number since 1970 may be that stands where a number of seconds is expected, in milliseconds. */
const NEAR_MS = 366 * 24 * 60 * 60 * 1_000;

/**
 * Reads a `Retry-After` header: a number of seconds, also with a fraction or a unit, a point in time as in an HTTP date
 * or ISO 8601, or as seconds or milliseconds since 1970, which some APIs send there. Of several values the longest counts.
 *
 * @param value the header as it was sent
 * @param now when the answer was made, in milliseconds since 1970, by the server's clock
 * @returns milliseconds to wait, 0 for a time that has passed, `undefined` when there is no readable value
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? '';
  const wait = waitOf(text, now);
  // A date may hold a comma, too.
  if (wait !== undefined || !text.includes(',')) return wait;
  const waits = text.split(',').map((part) => waitOf(part.trim(), now));
  const known = waits.filter((one) => one !== undefined);
  return known.length === waits.length ? Math.max(...known) : undefined;
}

function waitOf(text: string, now: number): number | undefined {
  const [, amount, unit = ''] = AMOUNT.exec(text) ?? [];
  if (amount === undefined) {
    const time = parseInstant(text);
    return time === undefined ? undefined : Math.max(0, time - now);
  }
  const ms = UNITS.find(([name]) => name.test(unit))?.[1];
  if (ms === undefined) return undefined;
  const number = Number(amount);
  const time = [number * 1_000, number].find((since) => Math.abs(since - now) < NEAR_MS);
  if (unit === '' && number > LONG_SECONDS && time !== undefined) return Math.ceil(Math.max(0, time - now));
  return Math.min(Math.ceil(number * ms), Number.MAX_SAFE_INTEGER);
}
