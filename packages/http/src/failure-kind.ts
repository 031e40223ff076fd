import type { FaultKind } from '@stateful-workflow/core';
import type { BodyProblem, HttpFailure } from './http-failure';

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

/** What kind of fault a failed request is, by the table of `classify`. */
export function failureKind(failure: HttpFailure): FaultKind {
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

/** What kind of fault it is when a connection fails, by the code that Node gives. */
export const networkKind = (code: string | undefined): FaultKind =>
  code !== undefined && TRANSIENT_CODES.has(code) ? 'transient' : 'fatal';
