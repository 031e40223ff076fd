import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
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
}

/** What a worker says that does not have an activity. It has a type of its own, which a user's activity may have, too. */
const isUnregistered = ({ type, message }: ApplicationFailure): boolean =>
  type === 'NotFoundError' && /is not registered on this Worker/.test(message);

const withoutPlugin = (source: string, message: string): string =>
  `Source "${source}" was not loaded, since a worker of its task queue lacks the adapter's activity (${message.split(',')[0]}). Add statefulWorkflow({ registry }) to that worker's plugins, or registryActivities(registry) to its activities.`;

/** Whether something failed outside of the workflow, which may go well another time. */
export const isRemote = (error: unknown): error is ActivityFailure | ChildWorkflowFailure =>
  error instanceof ActivityFailure || error instanceof ChildWorkflowFailure;

/** Reads the fault out of a failed activity. Anything else is a bug and thrown on. */
export function faultFrom(source: string, error: unknown): LoadFault {
  const transient = (message: string): LoadFault => ({ source, kind: 'transient', message });
  if (error instanceof LoadError) return transient(error.message);
  if (!isRemote(error)) throw error;
  const { cause = error } = error;
  const { message } = cause;
  if (cause instanceof TimeoutFailure)
    return transient(
      `The load of source "${source}" timed out (${cause.timeoutType}). Is a worker running, and is the source's "timeout" long enough?`,
    );
  if (!(cause instanceof ApplicationFailure)) return transient(message);
  const { type } = cause;
  if (isUnregistered(cause)) return { source, kind: 'invalid', message: withoutPlugin(source, message) };
  const details = cause.details?.[0] as FaultDetails | undefined;
  return details && type === faultType(details.kind)
    ? { ...details, source, message }
    : { source, kind: 'fatal', message: `The load failed with ${type ?? 'an error'}: ${message}` };
}
