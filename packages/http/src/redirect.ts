import type { IncomingMessage } from 'node:http';
import { describeRequest, describeUrl } from './describe-url';
import { HttpError } from './http-error';

const STATUSES = new Set([301, 302, 303, 307, 308]);

/** Whether an answer sends a request elsewhere. */
export const isRedirect = (message: IncomingMessage): boolean => STATUSES.has(message.statusCode ?? 0);

/**
 * Where an answer sends the request.
 *
 * @throws HttpError when it does not say, or not in a way that can be followed; for a POST that would become a GET
 *   or take its body to another origin
 */
export function redirectTarget(message: IncomingMessage, method: string, from: URL): URL {
  const { location } = message.headers;
  if (location === undefined || !URL.canParse(location, from.href)) {
    const what = location === undefined ? 'without a Location' : 'with a Location that is not a URL';
    throw new HttpError(
      { type: 'redirect' },
      `${describeRequest(method, from)} answered ${message.statusCode} ${what}. Check path and apiUrl.`,
    );
  }
  const target = new URL(location, from);
  const keeps = message.statusCode === 307 || message.statusCode === 308;
  if (method === 'POST' && (!keeps || target.origin !== from.origin)) {
    throw new HttpError(
      { type: 'redirect' },
      `${describeRequest(method, from)} answered ${message.statusCode} and sends to ${describeUrl(target)}. A POST is followed only to its own origin, and only with 307 or 308: use the address that it should end at.`,
    );
  }
  return target;
}

/** The error for a chain of redirects that is too long. */
export function tooManyRedirects(method: string, first: URL, last: URL, maxRedirects: number): HttpError {
  return new HttpError(
    { type: 'redirect' },
    `${describeRequest(method, first)} was redirected more than ${maxRedirects} times, last by ${describeUrl(last)}. Use the address that it should end at.`,
  );
}

/** The error for a redirect that would take a credential to another origin, within its URL. */
export function wouldLeave(method: string, from: URL, target: URL): HttpError {
  return new HttpError(
    { type: 'redirect' },
    `${describeRequest(method, from)} sends to ${target.origin}, with the credential for ${from.origin} in the URL. A credential stays at its origin, so this is not followed: use the address that it should end at, and give that one a credential of its own.`,
  );
}
