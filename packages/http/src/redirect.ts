import type { IncomingMessage } from 'node:http';
import { describeUrl } from './describe-url';
import { HttpError } from './http-error';

const STATUSES = new Set([301, 302, 303, 307, 308]);

/** Whether an answer sends a GET elsewhere. */
export const isRedirect = (message: IncomingMessage): boolean => STATUSES.has(message.statusCode ?? 0);

/**
 * Where an answer sends the request.
 *
 * @throws HttpError when it does not say, or not in a way that can be followed
 */
export function redirectTarget(message: IncomingMessage, from: URL): URL {
  const { location } = message.headers;
  if (location === undefined || !URL.canParse(location, from.href)) {
    const what = location === undefined ? 'without a Location' : 'with a Location that is not a URL';
    throw new HttpError(
      { type: 'redirect' },
      `GET ${describeUrl(from)} answered ${message.statusCode} ${what}. Check path and apiUrl.`,
    );
  }
  return new URL(location, from);
}

/** The error for a chain of redirects that is too long. */
export function tooManyRedirects(first: URL, last: URL, maxRedirects: number): HttpError {
  return new HttpError(
    { type: 'redirect' },
    `GET ${describeUrl(first)} was redirected more than ${maxRedirects} times, last by ${describeUrl(last)}. Use the address that it should end at.`,
  );
}
