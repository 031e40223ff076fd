import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import type { FaultKind } from '../contract/adapter';
import { LoadError } from '../contract/errors';
import type { FaultDetails } from '../contract/load';

/** Why the load of a source failed, after Temporal gave up retrying it. */
export interface LoadFault {
  /** The source's name. */
  readonly source: string;
  readonly kind: FaultKind;
  /** What happened, why and what to do; for a person. */
  readonly message: string;
  /** How long the source asked to be left alone, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Fingerprint of the credential in use, when there was one. */
  readonly credential?: string;
}

const KINDS: ReadonlySet<unknown> = new Set<FaultKind>([
  'transient',
  'throttled',
  'unauthorized',
  'invalid',
  'gone',
  'fatal',
]);

/** Reads the fault out of a failed activity. Anything else is a bug and thrown on. */
export function faultFrom(source: string, error: unknown): LoadFault {
  if (error instanceof LoadError) return { source, kind: 'transient', message: error.message };
  if (!(error instanceof ActivityFailure)) throw error;
  const { cause } = error;
  if (cause instanceof ApplicationFailure) {
    const details = (cause.details?.[0] ?? {}) as Partial<FaultDetails>;
    if (KINDS.has(details.kind)) return { ...(details as FaultDetails), source, message: cause.message };
    return {
      source,
      kind: 'fatal',
      message: `The load failed with ${cause.type ?? 'an error'}: ${cause.message}`,
    };
  }
  if (cause instanceof TimeoutFailure) {
    return {
      source,
      kind: 'transient',
      message: `The load of source "${source}" timed out (${cause.timeoutType}). Is a worker running, and is the source's "timeout" long enough?`,
    };
  }
  return { source, kind: 'transient', message: cause?.message ?? error.message };
}
