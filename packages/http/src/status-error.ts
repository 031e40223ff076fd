import { STATUS_CODES, type IncomingHttpHeaders } from 'node:http';
import { HttpError } from './http-error';
import { hidesLimit, retryAfterOf, waitAsked } from './limits/limit-signs';

/**
 * The error for a status that is not the expected one, with what to do about it.
 *
 * @param body what came with it, as far as it was read: it can show a limit behind another status
 */
export function statusError(
  request: string,
  status: number,
  headers: IncomingHttpHeaders,
  body?: string,
): HttpError {
  const isLimit = status === 429 || hidesLimit(status, headers, body);
  // Of another answer a budget that is used up does not speak: it is for the request after it.
  const retryAfterMs = isLimit ? waitAsked(headers) : retryAfterOf(headers);
  const name = STATUS_CODES[status];
  const wait = retryAfterMs === undefined ? '' : ` It asks to wait ${Math.ceil(retryAfterMs / 1000)} s.`;
  return new HttpError(
    { type: 'status', status, retryAfterMs, ...(isLimit && { isLimit }) },
    `${request} answered ${status}${name === undefined ? '' : ` ${name}`}.${wait} ${advice(isLimit ? 429 : status)}`,
  );
}

function advice(status: number): string {
  switch (status) {
    case 204:
    case 205:
      return 'There is no body, and a source needs one: check path.';
    case 401:
      return 'The credential was refused, or none was sent: give the workflow one that this API accepts.';
    case 403:
      return 'The credential may not read this: grant it access, or give the workflow another.';
    case 404:
    case 410:
      return 'There is nothing at this address: check path and apiUrl, or whether the record was deleted.';
    case 407:
      return 'A proxy asks for a credential: have the worker reach the API without it.';
    case 429:
      return 'The API limits how often it may be asked.';
    default:
  }
  if (status >= 500) return 'The API failed, or something before it.';
  if (status === 202 || status === 408 || status === 425) return 'The API was not ready to answer.';
  if (status >= 400) return 'The API does not accept the request: check path, params and headers.';
  return 'A source understands 200 and 304 only: check path and apiUrl.';
}
