import {
  CancelledFailure,
  ChildWorkflowFailure,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import { maybeGetActivator } from '@temporalio/workflow/lib/global-attributes';
import type { ChildEnd } from '../contract/hierarchy';

/** How a run ended, as Temporal knows it. */
export type HowItEnded = Pick<ChildEnd, 'status' | 'result' | 'error'>;

/** Who hears how runs end. */
export interface Follower {
  /** Told by Temporal, as long as this run of the parent lives. */
  closed(run: string, how: HowItEnded): void;
}

/** A child that runs, as the SDK gives it. */
interface Running {
  result(): Promise<unknown>;
}

/** What the SDK calls the child that is started next; nothing outside of workflows. */
export const nextChild = (): number | undefined => maybeGetActivator()?.nextSeqs.childWorkflow;

/**
 * Follows a child that runs until it ends. The SDK holds a dozen promises and functions for each, which is two kilobytes;
 * this takes their place, and hears in the same moment as they would. Where they are not where they were, or the child has
 * ended already, the SDK's own are waited for.
 *
 * @param child what {@link nextChild} gave before it was started
 */
export function follow(child: number | undefined, running: Running, run: string, follower: Follower): void {
  const waiting = maybeGetActivator()?.completions.childWorkflowComplete;
  const known = child === undefined ? undefined : waiting?.get(child);
  if (child === undefined || !known) return waitFor(running.result(), run, follower);
  waiting?.set(child, {
    context: known.context,
    resolve: (result) => later(() => follower.closed(run, completed(result))),
    reject: (error) => later(() => follower.closed(run, failed(error))),
  });
}

function waitFor(result: Promise<unknown>, run: string, follower: Follower): void {
  result.then(
    (given) => follower.closed(run, completed(given)),
    (error: unknown) => follower.closed(run, failed(error)),
  );
}

/** As much later as one hears who waits for a promise in an asynchronous function, and that for another one. */
function later(hears: () => void): void {
  void Promise.resolve()
    .then(() => {})
    .then(hears);
}

const completed = (result: unknown): HowItEnded => ({ status: 'completed', result: result ?? undefined });

function failed(error: unknown): HowItEnded {
  const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
  return { status: statusOf(cause), error: messageOf(cause) };
}

function statusOf(cause: unknown): ChildEnd['status'] {
  if (cause instanceof CancelledFailure) return 'cancelled';
  if (cause instanceof TerminatedFailure) return 'terminated';
  return cause instanceof TimeoutFailure ? 'timedOut' : 'failed';
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
