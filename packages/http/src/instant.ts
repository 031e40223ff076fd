const DATE = /^(?:(?:mon|tue|wed|thu|fri|sat|sun)|\d{1,2}[ -][a-z]{3}[ -]\d)/i;
const ISO = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d|$)/i;
const ZONE = /(?:\b(?:GMT|UTC?|[ECMP][SD]T)|Z|[+-]\d\d:?\d\d)$/i;

/** A server whose clock shows an earlier time, which is one of 2001, has none that was ever set. */
const NEVER_SET_MS = 1e12;

/**
 * Reads a point in time as headers give it: the forms of HTTP (`Wed, 01 Jul 2026 10:01:30 GMT`, that of RFC 850, that
 * of `asctime`), and ISO 8601. One without a zone is UTC, wherever the worker is.
 *
 * @returns milliseconds since 1970, or `undefined` for anything else
 */
export function parseInstant(value: string | undefined): number | undefined {
  const text = value?.trim() ?? '';
  // `Date.parse` takes almost anything for a date, "-5" included.
  const isIso = ISO.test(text);
  if (!isIso && !DATE.test(text)) return undefined;
  const isDay = isIso && text.length <= 10;
  const zoned = isDay || ZONE.test(text) ? text : isIso ? `${text}Z` : `${text} GMT`;
  const time = Date.parse(isIso ? zoned.replace(' ', 'T') : zoned);
  return Number.isNaN(time) ? undefined : time;
}

/**
 * The time by the clock of the server that answered, so that a difference between the two clocks does not count.
 *
 * @param date its `Date` header
 * @param now the time by the worker's clock, in milliseconds since 1970; it counts where the server's is none
 */
export function serverTime(date: string | undefined, now: number): number {
  const served = parseInstant(date);
  return served === undefined || served < NEVER_SET_MS ? now : served;
}
