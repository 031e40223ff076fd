import type { FaultKind, PartialError } from '@stateful-workflow/core';
import {
  at,
  HttpError,
  isObject,
  parseRetryAfter,
  saysLimit,
  statusError,
  waitAsked,
} from '@stateful-workflow/http';

/** What an answer of a GraphQL API holds, whatever its status. */
export interface GraphqlAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly data?: unknown;
  /** As they came: what is in them is up to the API. */
  readonly errors: readonly unknown[];
  readonly extensions?: unknown;
  /** Names the request in errors: `POST https://…`. */
  readonly request: string;
}

/** Codes that APIs give their errors, in `extensions.code` or `type`. */
const KINDS: Readonly<Record<string, FaultKind>> = {
  UNAUTHENTICATED: 'unauthorized',
  UNAUTHORIZED: 'unauthorized',
  AUTHENTICATION_ERROR: 'unauthorized',
  ACCESS_DENIED: 'unauthorized',
  FORBIDDEN: 'unauthorized',
  RATE_LIMITED: 'throttled',
  RATELIMITED: 'throttled',
  RATE_LIMIT_EXCEEDED: 'throttled',
  THROTTLED: 'throttled',
  TOO_MANY_REQUESTS: 'throttled',
  NOT_FOUND: 'gone',
  GONE: 'gone',
  BAD_REQUEST: 'invalid',
  BAD_USER_INPUT: 'invalid',
  GRAPHQL_PARSE_FAILED: 'invalid',
  GRAPHQL_VALIDATION_FAILED: 'invalid',
  MAX_COST_EXCEEDED: 'invalid',
  MAX_NODE_LIMIT_EXCEEDED: 'invalid',
  OPERATION_RESOLUTION_FAILURE: 'invalid',
  PERSISTED_QUERY_NOT_FOUND: 'invalid',
  PERSISTED_QUERY_NOT_SUPPORTED: 'invalid',
  INTERNAL_SERVER_ERROR: 'transient',
  SERVICE_UNAVAILABLE: 'transient',
  TIMEOUT: 'transient',
  // Some give the status of HTTP there.
  401: 'unauthorized',
  403: 'unauthorized',
  404: 'gone',
  429: 'throttled',
  500: 'transient',
  503: 'transient',
};

const ADVICE: Readonly<Record<FaultKind, string>> = {
  transient: 'The load is tried again.',
  throttled: 'The API limits how often it may be asked.',
  unauthorized: 'Give the workflow a credential that may read this.',
  invalid: 'Check the document and its variables against the API.',
  gone: 'Check the variables, or whether the record was deleted.',
  fatal: 'Look at the API.',
};

const MAX_SHOWN = 3;

/** The code of an error, where it has one. */
export function codeOf(error: unknown): string | undefined {
  const code = at(error, 'extensions.code') ?? at(error, 'type') ?? at(error, 'errorType');
  return typeof code === 'string' || typeof code === 'number' ? String(code).toUpperCase() : undefined;
}

/** What kind of fault an error is, by its code, or by its words where it is a limit that no known code tells of. */
function kindOf(error: unknown, codes: Readonly<Record<string, FaultKind>>): FaultKind | undefined {
  const code = codeOf(error);
  const own = code === undefined ? undefined : codes[code];
  if (own !== undefined) return own;
  const kind = KINDS[code?.replaceAll('-', '_') ?? ''];
  const isLimit = (kind === undefined || kind === 'transient') && saysLimit(`${code}: ${messageOf(error)}`);
  return isLimit ? 'throttled' : kind;
}

/**
 * The error for an answer with errors. What kind of fault it is, the first code says that is known, words that tell of
 * a limit, or else the status. An error without either is `transient` if it names a place in the answer, since then a resolver failed,
 * and `invalid` if not: the request itself was refused.
 *
 * @param codes what the adapter's user says of codes
 * @param waitMs how long the API's own budget says to wait
 */
export function answerError(
  answer: GraphqlAnswer,
  codes: Readonly<Record<string, FaultKind>>,
  waitMs: number | undefined,
): HttpError {
  const { errors, status, request, headers } = answer;
  const byStatus = status >= 200 && status < 300 ? undefined : statusError(request, status, headers);
  const kinds = errors.flatMap((error) => kindOf(error, codes) ?? []);
  if (kinds.length === 0 && byStatus !== undefined) {
    return errors.length === 0
      ? byStatus
      : new HttpError(byStatus.failure, `${byStatus.message} ${told(errors)}`);
  }
  const isRefused = errors.every((error) => at(error, 'path') === undefined);
  const kind = kinds[0] ?? (isRefused ? 'invalid' : 'transient');
  const retryAfterMs = kind === 'throttled' ? (askedFor(answer) ?? waitMs) : undefined;
  const wait = retryAfterMs === undefined ? '' : ` It asks to wait ${Math.ceil(retryAfterMs / 1000)} s.`;
  return new HttpError(
    { type: 'rule', kind, retryAfterMs },
    `${request} answered with errors: ${told(errors)}.${wait} ${ADVICE[kind]}`,
  );
}

/** Errors as a page tells of them. */
export function partialErrors(errors: readonly unknown[]): readonly PartialError[] {
  return errors.map((error) => {
    const path = at(error, 'path');
    return { message: messageOf(error), ...(Array.isArray(path) && { path: path.join('.') }) };
  });
}

function told(errors: readonly unknown[]): string {
  const shown = errors.slice(0, MAX_SHOWN).map((error) => {
    const code = codeOf(error);
    return `${messageOf(error)}${code === undefined ? '' : ` (${code})`}`;
  });
  return `${shown.join('; ')}${errors.length > MAX_SHOWN ? `; and ${errors.length - MAX_SHOWN} more` : ''}`;
}

function messageOf(error: unknown): string {
  const message =
    isObject(error) && typeof error.message === 'string' ? error.message : 'an error without a message';
  // As long as it is: it is cut by the worker, when the secrets in it are out.
  return message.replace(/\.$/, '');
}

/** Where errors say how many seconds to wait. */
const WAITS = ['retryAfter', 'retry_after', 'retry_in_seconds'];

/** How long the answer asks to be left alone, in milliseconds. */
function askedFor({ errors, headers }: GraphqlAnswer): number | undefined {
  for (const error of errors)
    for (const name of WAITS) {
      const given = at(error, `extensions.${name}`);
      const isSaid = typeof given === 'number' || typeof given === 'string';
      const wait = isSaid ? parseRetryAfter(String(given), Date.now()) : undefined;
      if (wait !== undefined) return wait;
    }
  return waitAsked(headers);
}
