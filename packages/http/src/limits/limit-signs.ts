import type { IncomingHttpHeaders } from 'node:http';
import { serverTime } from '../instant';
import { parseRetryAfter } from '../retry-after';
import { isUsedUp, rateState } from './rate-headers';

/** Statuses of the client's errors that mean what they say, whatever else is in the answer. */
const PLAIN = new Set([401, 404, 407, 408, 410, 425]);

/**
 * How large APIs say that a limit is reached, by their documentation. Not what a refused query quotes: no field name, and
 * no size that was exceeded.
 */
const LIMIT_WORDS = new RegExp(
  [
    // rateLimitExceeded, "Rate exceeded", quotaExceeded, ProvisionedThroughputExceeded, "Quota violation"
    '(?:rate|quota|throughput|qps)[ _-]?(?:limit[ _-]?)?(?:is |was |has been )?(?:already )?(?:exceeded|reached|violation)',
    // REQUEST_LIMIT_EXCEEDED, "User request limit reached", dailyLimitExceeded, "Calls per second limit exceeded"
    '(?:rate|quota|requests?|usage|daily|hourly|calls?|concurrency|per (?:second|minute|hour|day))[ _-]?limits?.{0,20}?(?:exceeded|reached)',
    'exceeded .{0,40}\\b(?:rate limit|quota)',
    // ratelimited, "You are being rate limited", "errorType": "RATE_LIMIT"
    '(?<!["\'`])rate[ _-]?limited|:\\s*"rate[ _-]?limit(?:s|ed)?"',
    'too[ _-]?many[ _-]?(?:requests|calls)',
    // ThrottlingException, ThrottleExceeded, "Throttle limit", "Request was throttled", "code": "THROTTLED"
    'throttl(?:ing ?exception|e ?(?:exceeded|limit))|(?:request|been|being|was|is|are|were)[ _-]?throttled|(?:^|:)\\s*"?throttled\\b',
    'resource_exhausted|over_(?:query|daily|rate)_limit|abuse detection|spike ?arrest|slow ?down',
    'developer over (?:qps|rate)|call volume quota|budget[ _](?:is )?exhausted',
  ].join('|'),
  'i',
);

/** Whether a text is that of a limit, in words that large APIs use. */
export const saysLimit = (text: string): boolean => LIMIT_WORDS.test(text);

/** Whether an answer may be that of a limit although its status says something else: 403 above all. */
export const mayHideLimit = (status: number): boolean =>
  status >= 400 && status !== 429 && !PLAIN.has(status);

/**
 * Whether an answer whose status says something else is that of a limit: `Retry-After` with an error of the client's,
 * nothing left of a budget, or words of its body.
 */
export function hidesLimit(status: number, headers: IncomingHttpHeaders, body = ''): boolean {
  if (!mayHideLimit(status)) return false;
  return (status < 500 && waitAsked(headers) !== undefined) || isUsedUp(headers) || saysLimit(body);
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
  const asked = retryAfterOf(headers, now);
  return empty === undefined ? asked : Math.max(empty, asked ?? 0);
}

/** How long `Retry-After` asks to be left alone, in milliseconds. @param now the worker's time */
export const retryAfterOf = (headers: IncomingHttpHeaders, now = Date.now()): number | undefined =>
  parseRetryAfter(headers['retry-after'], serverTime(headers.date, now));
