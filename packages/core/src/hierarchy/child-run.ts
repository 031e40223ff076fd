import {
  CancelledFailure,
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  ParentClosePolicy,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { ChildEnd } from '../contract/hierarchy';
import { untracked } from '../base/untracked';
import type { StartInput } from '../contract/wire';
import type { ManagedPath } from './managed-path';
import type { Begun } from './send-limit';
import { MOST_PAYLOAD, sizeOf, tooLarge } from './size';
import type { Temporal } from './temporal';

/** About how large a start is, besides what the child starts with. */
const START_BYTES = 500;

/** How a run ended, as Temporal knows it. */
export type HowItEnded = Pick<ChildEnd, 'status' | 'result' | 'error'>;

/** Who hears of a child's run. */
export interface RunListener {
  begun(run: string): void;
  /** Told by Temporal, as long as this run of the parent lives. */
  ended(run: string, how: HowItEnded): void;
}

/** Starts a child. @throws Error when what it starts with is larger than Temporal takes */
export function startRun(
  { startChild }: Pick<Temporal, 'startChild'>,
  { workflowType, taskQueue }: ManagedPath,
  workflowId: string,
  input: StartInput,
  listener: RunListener,
): Begun {
  const bytes = sizeOf(input);
  if (bytes > MOST_PAYLOAD) throw tooLarge(bytes);
  const args = [input];
  const done = startChild(workflowType, {
    workflowId,
    args,
    // Temporal applies this at every continue-as-new of the parent.
    parentClosePolicy: ParentClosePolicy.ABANDON,
    cancellationType: ChildWorkflowCancellationType.ABANDON,
    taskQueue,
  }).then((handle) => {
    // The SDK holds what a child was started with for as long as it runs.
    args.length = 0;
    const run = handle.firstExecutionRunId;
    listener.begun(run);
    untracked(() => follow(handle.result(), (how) => listener.ended(run, how)));
  });
  return { bytes: bytes + START_BYTES, done };
}

function follow(ended: Promise<unknown>, hears: (how: HowItEnded) => void): void {
  ended.then(
    (result) => hears({ status: 'completed', result: result ?? undefined }),
    (error: unknown) => {
      const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
      hears({ status: statusOf(cause), error: messageOf(cause) });
    },
  );
}

function statusOf(cause: unknown): ChildEnd['status'] {
  if (cause instanceof CancelledFailure) return 'cancelled';
  if (cause instanceof TerminatedFailure) return 'terminated';
  return cause instanceof TimeoutFailure ? 'timedOut' : 'failed';
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
