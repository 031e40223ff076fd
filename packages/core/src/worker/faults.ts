import { ApplicationFailure, type Context } from '@temporalio/activity';
import type { DataSourceAdapter, Fault, FaultKind } from '../contract/adapter';
import { InvalidInputError, LoadError, StatefulWorkflowError } from '../contract/errors';
import { type FaultDetails, faultType, type LoadRequest } from '../contract/load';
import { Concealment } from '../credentials/concealment';
import type { AttemptContext } from './load-context';

const HARNESS_CODES: ReadonlySet<string> = new Set(['RECORD_INVALID', 'SECRET_EXPOSED', 'STATE_TOO_LARGE']);

/** No wish of a source to be left alone is taken for longer than this. Milliseconds. */
const MAX_WAIT = 24 * 60 * 60 * 1_000;

/** A fault, and whether it is the source that refused to answer: a credential that is missing was shown to nobody. */
type KnownFault = Fault & { readonly refused?: true };

/** What kind of fault an error is: what the harness knows itself, or else what the adapter says. */
export function faultOf(adapter: DataSourceAdapter, error: unknown): KnownFault {
  const fault = kindOf(adapter, error);
  const { retryAfterMs } = fault;
  if (retryAfterMs === undefined) return fault;
  // Of what is no time, Temporal decides; an adapter of anybody may give it.
  const wait = Number.isFinite(retryAfterMs) ? Math.min(Math.max(retryAfterMs, 0), MAX_WAIT) : undefined;
  return { ...fault, retryAfterMs: wait };
}

function kindOf(adapter: DataSourceAdapter, error: unknown): KnownFault {
  if (error instanceof StatefulWorkflowError) {
    const kindUnless = (kind: FaultKind): FaultKind => (error.retryable ? 'transient' : kind);
    if (error.code.startsWith('CREDENTIAL'))
      return { kind: kindUnless('unauthorized'), message: error.message };
    if (error instanceof LoadError) return { kind: kindUnless('fatal'), message: error.message };
    if (error instanceof InvalidInputError || HARNESS_CODES.has(error.code))
      return { kind: 'invalid', message: error.message };
  }
  try {
    const fault = adapter.classify(error);
    return fault.kind === 'unauthorized' ? { ...fault, refused: true } : fault;
  } catch (failure) {
    // It should not happen, and an error that gets past this would go into history as it is.
    return { kind: 'fatal', message: `The adapter could not classify its error (${String(failure)})` };
  }
}

/** Whether the same load may go well later, without anybody doing anything. */
export function isPassing(fault: Fault): boolean {
  return fault.kind === 'transient' || fault.kind === 'throttled';
}

/** Whether a source asks to be left alone for longer than may pass before its workflow hears of it. */
export function outlasts({ retryAfterMs = 0 }: Fault, deadline = Infinity): boolean {
  return retryAfterMs > deadline;
}

/** The attempt's own limit, just under Temporal's, so that the error can say what took too long. Milliseconds. */
export function attemptLimit(limit: number): number {
  return Math.max(limit * 0.8, limit - 1_000);
}

/** The fault of an attempt that ran into {@link attemptLimit}. @param limit Temporal's, in milliseconds */
export function timedOut(limit: number): Fault {
  return {
    kind: 'transient',
    message: `The load took longer than ${limit} ms, the longest that one attempt may take. Raise the source's "timeout" if that is normal.`,
  };
}

/** The fault of a load whose last attempt ended without a word. */
export function workerLost(activity: Context): Fault {
  return {
    kind: 'transient',
    message: `The last of ${activity.info.attempt - 1} attempts ended without a word from its worker. Look at the worker's log; a load may need more memory than it has.`,
  };
}

/** A fault as Temporal takes it. */
export function failureOf(
  fault: KnownFault,
  request: LoadRequest,
  adapter: DataSourceAdapter,
  context: AttemptContext | undefined,
  retry: { readonly nonRetryable: boolean; readonly nextRetryDelay?: number },
): ApplicationFailure {
  if (fault.kind === 'unauthorized') context?.forgetCredential();
  const details: FaultDetails = {
    kind: fault.kind,
    ...(context?.fingerprint !== undefined && { credential: context.fingerprint }),
    ...(fault.retryAfterMs !== undefined && { retryAfterMs: fault.retryAfterMs }),
    ...(fault.refused && context?.fingerprint === undefined && { refused: true as const }),
  };
  const message = `Source "${request.source}" (${adapter.name}): ${fault.message}`;
  // Without a cause: a driver's error may hold the request, and with it the token.
  return ApplicationFailure.create({
    type: faultType(fault.kind),
    message: (context?.concealment ?? new Concealment()).shortText(message),
    details: [details],
    ...retry,
  });
}
