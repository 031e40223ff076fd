import {
  isGrpcServiceError,
  NamespaceNotFoundError,
  ServiceError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { plainText } from '../render/plain-text';

/**
 * What kind of trouble an error from Temporal's client is:
 * - `timeout`: no answer in time
 * - `not-permitted`, `no-namespace`, `server-gone`: it would be the same with any other workflow
 * - `not-stateful`: the workflow knows no such query or update
 * - `encrypted`: payloads that only the workers' codec can read
 */
export type FaultKind =
  'timeout' | 'not-permitted' | 'no-namespace' | 'server-gone' | 'not-stateful' | 'encrypted' | 'other';

/** By gRPC status: DEADLINE_EXCEEDED, PERMISSION_DENIED, UNAVAILABLE, UNAUTHENTICATED. */
const kinds: Readonly<Record<number, FaultKind>> = {
  4: 'timeout',
  7: 'not-permitted',
  14: 'server-gone',
  16: 'not-permitted',
};

/** Tells what kind of trouble an error is, by the gRPC status where there is one. */
export function faultKindOf(error: unknown): FaultKind {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return 'timeout';
  if (error instanceof NamespaceNotFoundError) return 'no-namespace';
  const grpc = error instanceof ServiceError ? error.cause : error;
  if (isGrpcServiceError(grpc)) {
    const kind = kinds[grpc.code];
    if (kind !== undefined) return kind;
  }
  const details = detailsOf(error);
  // The client has a class for unknown queries, but makes any query that failed in the workflow one of it.
  if (/did not register a handler for|no registered handler for update/i.test(details)) return 'not-stateful';
  return /unknown encoding/i.test(details) ? 'encrypted' : 'other';
}

/** Whether there is no use in asking other workflows. */
export function concernsAll(error: unknown): boolean {
  return ['not-permitted', 'no-namespace', 'server-gone'].includes(faultKindOf(error));
}

/** The most telling message of an error and what caused it, on one line. */
export function detailsOf(error: unknown): string {
  if (isGrpcServiceError(error)) return plainText(error.details);
  if (!(error instanceof Error)) return plainText(String(error));
  return error.cause instanceof Error ? detailsOf(error.cause) : plainText(error.message);
}
