import { CancellationScope } from '@temporalio/workflow';
import { type Interruption, interruptible } from './interruptible';
import type { Session } from './session';

/** How long hooks may take. */
export interface HookOptions extends Pick<Interruption, 'isAllowed' | 'isUsedUp'> {
  /** Whether continue-as-new can wait for them no longer. */
  readonly isOverdue: () => boolean;
}

/** Runs hooks; gives whether they came to their end. */
export type HookRunner = (hooks: () => Promise<void>, options: HookOptions) => Promise<boolean>;

/**
 * Runs hooks of the class. They may take long (`execute()` may wait for a person), but they do not keep the run from
 * ending: when the workflow ends, and when continue-as-new is overdue, they are cancelled.
 *
 * @returns whether they came to their end
 * @throws what they throw, and CancelledFailure when the workflow is cancelled
 */
export async function runHooks(
  session: Session,
  { isOverdue, ...how }: HookOptions,
  hooks: () => Promise<void>,
): Promise<boolean> {
  const { hookScope: before, shield } = session;
  const scope = before?.consideredCancelled === false ? before : new CancellationScope();
  session.hooks = session.hookScope = scope;
  const ended = async (): Promise<void> => {
    try {
      await hooks();
    } finally {
      session.hooks = undefined;
    }
  };
  return interruptible(ended, {
    scope,
    shield,
    isOver() {
      session.checkHandlers();
      return session.isInterrupted || isOverdue();
    },
    ...how,
  });
}
