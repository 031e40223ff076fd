import { ChildWorkflowCancellationType, ParentClosePolicy } from '@temporalio/workflow';
import type { StartInput } from '../contract/wire';
import { follow, type Follower, nextChild } from './follow';
import type { ManagedPath } from './managed-path';
import type { Begun } from './send-limit';
import { MOST_PAYLOAD, sizeOf, tooLarge } from './size';
import type { Temporal } from './temporal';

/** About how large a start is, besides what the child starts with. */
const START_BYTES = 500;

/** Who hears of a child's run. */
export interface RunListener extends Follower {
  /** The child runs. */
  begun(run: string): void;
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
  const child = nextChild();
  const done = startChild(workflowType, {
    workflowId,
    args: [input],
    // Temporal applies this at every continue-as-new of the parent.
    parentClosePolicy: ParentClosePolicy.ABANDON,
    cancellationType: ChildWorkflowCancellationType.ABANDON,
    taskQueue,
  }).then((running) => {
    const run = flat(running.firstExecutionRunId);
    listener.begun(run);
    follow(child, running, run, listener);
  });
  return { bytes: bytes + START_BYTES, done };
}

/** A text that is one piece: what comes over the wire is put together of many, each of them an object. */
const flat = (text: string): string => (/^$/.test(text) ? '' : text);
