import { NexusOperationFailure } from '@temporalio/common';
import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  isCancellation,
  TemporalFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { FaultKind } from '../contract/adapter';
import { LoadError } from '../contract/errors';
import { type FaultDetails, faultType } from '../contract/load';

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
  /** Whether the source refused what it was shown, which was no credential of the workflow's: a password of the worker's. */
  readonly refused?: true;
}

/** What a worker says that does not have an activity. It has a type of its own, which a user's activity may have, too. */
const isUnregistered = ({ type, message }: ApplicationFailure): boolean =>
  type === 'NotFoundError' && /is not registered on this Worker/.test(message);

const withoutPlugin = (source: string, message: string): string =>
  `Source "${source}" was not loaded, since a worker of its task queue lacks the adapter's activity (${message.split(',')[0]}). Add statefulWorkflow({ registry }) to that worker's plugins, or registryActivities(registry) to its activities.`;

const isWrapper = (error: unknown): error is TemporalFailure =>
  error instanceof ActivityFailure ||
  error instanceof ChildWorkflowFailure ||
  error instanceof NexusOperationFailure;

/**
 * What failed outside of the workflow or took too long for it, and may go well another time, however the class has
 * wrapped it. Temporal gives a failure from outside as it was sent; one that the class itself has made was not sent.
 */
function remoteFailure(error: unknown): TemporalFailure | undefined {
  if (error instanceof TemporalFailure)
    return error.failure || isWrapper(error) || isCancellation(error) ? error : undefined;
  if (!(error instanceof Error)) return undefined;
  const { errors = [error.cause] } = error as Partial<AggregateError>;
  const failures = errors.map(remoteFailure);
  return failures.includes(undefined) ? undefined : failures[0];
}

/** What Temporal has wrapped, as often as it has. */
const reasonOf = (failure: Error): Error =>
  isWrapper(failure) && failure.cause ? reasonOf(failure.cause) : failure;

/** Reads the fault out of what failed outside of the workflow. Anything else is a bug and thrown on. */
export function faultFrom(source: string, error: unknown): LoadFault {
  const transient = (message: string): LoadFault => ({ source, kind: 'transient', message });
  if (error instanceof LoadError) return transient(error.message);
  const failure = remoteFailure(error);
  if (!failure) throw error;
  const cause = reasonOf(failure);
  const { message } = cause;
  if (cause instanceof TimeoutFailure)
    return transient(
      `The load of source "${source}" timed out (${cause.timeoutType}). Is a worker running, and is the source's "timeout" long enough?`,
    );
  if (isCancellation(cause))
    return transient(
      `The load of source "${source}" was cancelled from within: by a time limit that the class sets, or by its worker.`,
    );
  if (!(cause instanceof ApplicationFailure)) return transient(message);
  const { type } = cause;
  if (isUnregistered(cause)) return { source, kind: 'invalid', message: withoutPlugin(source, message) };
  const details = cause.details?.[0] as FaultDetails | undefined;
  return details && type === faultType(details.kind)
    ? { ...details, source, message }
    : { source, kind: 'fatal', message: `The load failed with ${type ?? 'an error'}: ${message}` };
}
