const DAY_NAME = /^(mon|tue|wed|thu|fri|sat|sun)/i;

/**
 * Reads a `Retry-After` header: a number of seconds or an HTTP date.
 *
 * @param value the header as it was sent
 * @param now when the answer was made, in milliseconds since 1970: by the server's clock where it is known, so
 *   that a difference between the two clocks does not count
 * @returns milliseconds to wait, 0 for a date that has passed, `undefined` when there is no readable value
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d{1,10}(\.\d{1,3})?$/.test(text)) return Math.ceil(Number(text) * 1000);
  // `Date.parse` takes almost anything for a date, "-5" included: only the HTTP forms, which start with a day.
  if (!DAY_NAME.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
