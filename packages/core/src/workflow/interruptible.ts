import { CancellationScope, condition, log, TemporalFailure } from '@temporalio/workflow';
import { has } from '../base/patches';
import { comesOfCancellation } from './scopes';

/** How long code of the class that is cancelled may take to clean up. */
const CLEAN_UP = '10 seconds';

/** When code of the class is interrupted. */
export interface Interruption {
  /** The scope that the code runs in. */
  readonly scope: CancellationScope;
  /** A scope that no cancellation reaches. */
  readonly shield: CancellationScope;
  /** Whether the run cannot wait for the code any longer. */
  readonly isOver: () => boolean;
  /** Whether nothing more can be waited for. */
  readonly isUsedUp: () => boolean;
  /** Whether this run may interrupt it: those of the first versions waited. Asked only where it matters. */
  readonly isAllowed: () => boolean;
}

/**
 * Runs code of the class. It may take long, but it does not keep the run from ending: when that has to be, the code is
 * cancelled, and after a moment nobody waits for it any more.
 *
 * @returns whether it came to its end
 * @throws what it throws, and CancelledFailure when the workflow is cancelled
 */
export async function interruptible(
  code: () => Promise<void>,
  { scope, shield, isOver, isUsedUp, isAllowed }: Interruption,
): Promise<boolean> {
  const outer = CancellationScope.current();
  let isSettled = false;
  let isCut = false;

  const done = scope.run(code).then(
    () => true,
    async (error: unknown) => {
      if (!(isCut || outer.consideredCancelled) || !isOfNoUse(error)) throw error;
      if (outer.consideredCancelled) await outer.cancelRequested;
      return false;
    },
  );
  const settle = (): void => {
    isSettled = true;
  };
  const settled = done.then(settle, settle);

  // Who hears of a cancellation ends at once; for the others it is looked at when nothing else is to be done.
  const over = shield.run(() => condition(() => isSettled || outer.consideredCancelled || isOver()));
  await Promise.race([settled, over]);
  if (isSettled || !isAllowed()) return done;
  isCut = true;
  scope.cancel();
  const isBounded = has('interruptible');
  await shield.run(() => condition(() => isSettled || (isBounded && isUsedUp()), CLEAN_UP));
  const isDone = isSettled && (await done);
  if (!isDone && outer.consideredCancelled) await outer.cancelRequested;
  return isDone;
}

/** Whether an error of code that was cancelled says no more than that. Were it a bug's, the run could not end for it. */
export function isOfNoUse(error: unknown): boolean {
  if (comesOfCancellation(error)) return true;
  if (error instanceof TemporalFailure) return false;
  log.warn('Code of the class threw an error as it was cancelled, which changes nothing of that.', { error });
  return true;
}
