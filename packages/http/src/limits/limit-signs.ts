import type { IncomingHttpHeaders } from 'node:http';
import { serverTime } from '../instant';
import { parseRetryAfter } from '../retry-after';
import { isUsedUp, rateState } from './rate-headers';

/** Statuses of the client's errors that mean what they say, whatever else is in the answer. */
const PLAIN = new Set([401, 404, 407, 408, 410, 425]);

/** How large APIs say in a body that a limit is reached, by their documentation. */
const LIMIT_WORDS =
  /(?:rate|request|query|usage|daily|quota|throughput)[ _-]?(?:limit)?[ _-]?(?:is |was |has been )?(?:exceeded|reached)|exceeded .{0,40}\b(?:rate limit|quota)|rate[ _-]?limited|too[ _-]?many[ _-]?requests|throttl(?:ed|ing)|resource_exhausted|over_(?:query|daily)_limit|abuse detection/i;

/** Whether an answer may be that of a limit although its status says something else: 403 above all. */
export const mayHideLimit = (status: number): boolean =>
  status >= 400 && status < 500 && status !== 429 && !PLAIN.has(status);

/**
 * Whether an answer whose status says something else is that of a limit: `Retry-After`, nothing left of a budget, or
 * words of its body.
 */
export function hidesLimit(status: number, headers: IncomingHttpHeaders, body = ''): boolean {
  return (
    mayHideLimit(status) && (waitAsked(headers) !== undefined || isUsedUp(headers) || LIMIT_WORDS.test(body))
  );
}

/**
 * How long an answer asks to be left alone, by `Retry-After` or by a budget of which nothing is left: the longer of
 * the two.
 *
 * @param now the worker's time, in milliseconds since 1970
 * @returns milliseconds, or `undefined` when it does not say
 */
export function waitAsked(headers: IncomingHttpHeaders, now = Date.now()): number | undefined {
  const clock = serverTime(headers.date, now);
  const state = rateState(headers, clock);
  const empty = state !== undefined && state.remaining <= 0 ? state.resetMs : undefined;
  const asked = parseRetryAfter(headers['retry-after'], clock);
  return empty === undefined ? asked : Math.max(empty, asked ?? 0);
}
