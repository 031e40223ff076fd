import type { IncomingHttpHeaders } from 'node:http';
import type { Validators } from '@stateful-workflow/core';
import { isHeaderValue } from '@stateful-workflow/http';

/** The headers that ask "changed since?". Both are sent where both are known; a server prefers the ETag. */
export function conditionalHeaders(validators: Validators | undefined): Record<string, string> {
  const { etag, lastModified } = validators ?? {};
  return {
    ...(usable(etag) ? { 'If-None-Match': etag } : {}),
    ...(usable(lastModified) ? { 'If-Modified-Since': lastModified } : {}),
  };
}

const usable = (value: string | undefined): value is string =>
  value !== undefined && value !== '' && isHeaderValue(value);

/**
 * What an answer gave to make the next request conditional, or `undefined`.
 *
 * A `Last-Modified` without an ETag counts only if the answer was made at least a second later: within the same
 * second the resource may change again and keep its date, and that change would never be seen.
 */
export function answerValidators(headers: IncomingHttpHeaders): Validators | undefined {
  const { etag } = headers;
  const lastModified = headers['last-modified'];
  if (etag !== undefined) return { etag, ...(lastModified === undefined ? {} : { lastModified }) };
  if (lastModified === undefined) return undefined;
  const age = Date.parse(headers.date ?? '') - Date.parse(lastModified);
  return age >= 1000 ? { lastModified } : undefined;
}
