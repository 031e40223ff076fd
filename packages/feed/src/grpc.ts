import { isGrpcServiceError } from '@temporalio/client';

/** gRPC's codes for what may become of a signal. */
export const INVALID_ARGUMENT = 3;
export const NOT_FOUND = 5;
export const PERMISSION_DENIED = 7;
export const RESOURCE_EXHAUSTED = 8;
export const FAILED_PRECONDITION = 9;

/** The code of what the server answered; nothing for an error that it had no part in. */
export function codeOf(error: unknown): number | undefined {
  for (let cause = error, i = 0; cause instanceof Error && i < 5; cause = cause.cause, i++) {
    if (cause.name === 'WorkflowNotFoundError') return NOT_FOUND;
    if (isGrpcServiceError(cause)) return Number(cause.code);
  }
  return undefined;
}
