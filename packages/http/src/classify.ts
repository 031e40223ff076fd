import type { Fault, FaultKind } from '@stateful-workflow/core';
import { HttpError, type BodyProblem, type HttpFailure } from './http-error';
import { networkCode } from './network-error';

/** Statuses with a meaning of their own; for the others see {@link statusKind}. */
const BY_STATUS: Readonly<Record<number, FaultKind>> = {
  202: 'transient',
  401: 'unauthorized',
  403: 'unauthorized',
  404: 'gone',
  407: 'unauthorized',
  408: 'transient',
  410: 'gone',
  425: 'transient',
  429: 'throttled',
};

/** Codes of Node, of its name resolution and of undici that a later attempt may not meet again. */
const TRANSIENT_CODES = new Set([
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'EMFILE',
  'ENETDOWN',
  'ENETRESET',
  'ENETUNREACH',
  'ENFILE',
  'ENOTFOUND',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ETIMEDOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_SOCKET',
]);

const BY_BODY_PROBLEM: Readonly<Record<BodyProblem, FaultKind>> = {
  charset: 'fatal',
  empty: 'fatal',
  encoding: 'fatal',
  malformed: 'fatal',
  oversized: 'fatal',
  truncated: 'transient',
};

/** A kind by the code of this project's errors, which keep it even where a second copy of a package breaks `instanceof`. */
function ownKind(code: string): FaultKind | undefined {
  // The one that may pass: the provider did not answer.
  if (code === 'CREDENTIAL_UNAVAILABLE') return 'transient';
  if (code.startsWith('CREDENTIAL_')) return 'unauthorized';
  return code === 'INPUT_INVALID' || code === 'QUERY_INVALID' || code === 'RECORD_INVALID'
    ? 'invalid'
    : undefined;
}

/**
 * Says what kind of fault an error of an HTTP load is. Pure and total: what it does not know is `fatal`.
 *
 * | what | kind |
 * |---|---|
 * | 408, 425, 5xx, a timeout, a body that broke off, a network code that may pass | `transient` |
 * | 429, another status with the signs of a limit, 503 with `Retry-After`, a request kept back by a budget | `throttled` |
 * | 401, 403, 407, a credential that is missing or not meant for the origin | `unauthorized` |
 * | 404, 410 | `gone` |
 * | other 4xx, a 3xx that cannot be followed, an address that may not be reached, a query that does not fit | `invalid` |
 * | a TLS certificate that is refused, a proxy that refuses, a body that is not JSON or too large, anything else | `fatal` |
 *
 * A {@link FaultRule} of the adapter's user goes before it.
 */
export function classify(error: unknown): Fault {
  if (error instanceof HttpError) {
    const { failure } = error;
    const kind = failureKind(failure);
    const retryAfterMs = 'retryAfterMs' in failure ? failure.retryAfterMs : undefined;
    return { kind, message: error.message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
  if (!(error instanceof Error))
    return { kind: 'fatal', message: 'The load failed for a reason that is not an error.' };
  const code = networkCode(error);
  const kind = code === undefined ? undefined : (ownKind(code) ?? networkKind(code));
  return { kind: kind ?? 'fatal', message: error.message };
}

function failureKind(failure: HttpFailure): FaultKind {
  switch (failure.type) {
    case 'status':
      return failure.isLimit === true ? 'throttled' : statusKind(failure.status, failure.retryAfterMs);
    case 'network':
      return networkKind(failure.code);
    case 'timeout':
      return 'transient';
    case 'body':
      return BY_BODY_PROBLEM[failure.problem];
    case 'redirect':
      return 'invalid';
    case 'credential':
      return 'unauthorized';
    case 'egress':
      return 'invalid';
    case 'proxy':
      return failure.status >= 500 || failure.status === 429 ? 'transient' : 'fatal';
    case 'limit':
      return 'throttled';
    case 'rule':
      return failure.kind;
  }
}

function statusKind(status: number, retryAfterMs: number | undefined): FaultKind {
  if (status === 503 && retryAfterMs !== undefined) return 'throttled';
  const kind = BY_STATUS[status];
  if (kind !== undefined) return kind;
  if (status === 204 || status === 205) return BY_BODY_PROBLEM.empty;
  return status >= 500 ? 'transient' : 'invalid';
}

const networkKind = (code: string | undefined): FaultKind =>
  code !== undefined && TRANSIENT_CODES.has(code) ? 'transient' : 'fatal';
