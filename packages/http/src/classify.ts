import type { Fault, FaultKind } from '@stateful-workflow/core';
import { failureKind, networkKind } from './failure-kind';
import { HttpError } from './http-error';
import { networkCode } from './network-error';

/** A kind by the code of this project's errors: it stays, whatever an error has been wrapped in. */
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
