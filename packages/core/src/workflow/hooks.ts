import { runClassCode } from './class-code';
import type { Interruption, Running } from './interruptible';
import { newScope } from './scopes';
import type { Session } from './session';

/** How long hooks may take. */
export interface HookOptions extends Pick<Interruption, 'isAllowed' | 'isUsedUp'> {
  /** Whether continue-as-new can wait for them no longer. */
  readonly isOverdue: () => boolean;
}

/** Runs hooks; gives whether they came to their end. */
export type HookRunner = (hooks: () => Promise<void>, options: HookOptions) => Promise<boolean>;

/**
 * Begins to run hooks of the class. They may take long (`execute()` may wait for a person), but they do not keep the run
 * from ending: see {@link hooksEnd}.
 *
 * @param passesOver whether hooks that threw this have come to their end all the same
 */
export function beginHooks(
  session: Session,
  hooks: () => Promise<void>,
  passesOver?: (error: unknown) => boolean,
): Running {
  const { hookScope: before } = session;
  const scope = before?.consideredCancelled === false ? before : newScope();
  session.hooks = session.hookScope = scope;
  session.hooksSince = Date.now();
  const onEnd = (): void => {
    session.hooks = session.hooksSince = undefined;
  };
  return runClassCode(hooks, scope, onEnd, passesOver);
}

/**
 * Waits for hooks to end. When the workflow ends, and when continue-as-new is overdue, they are cancelled.
 *
 * @returns whether they came to their end
 * @throws what they throw, and CancelledFailure when the workflow is cancelled
 */
export async function hooksEnd(
  session: Session,
  hooks: Running,
  { isOverdue, ...how }: HookOptions,
): Promise<boolean> {
  return hooks.end({
    shield: session.shield,
    isOver() {
      session.checkHandlers();
      return session.isInterrupted || isOverdue();
    },
    ...how,
  });
}
