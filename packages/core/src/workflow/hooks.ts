import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { has } from './patches';
import type { Continuation } from './continuation';
import type { Session } from './session';

/** How long hooks that are cancelled may take to clean up. */
const CLEAN_UP = '10 seconds';

/**
 * Runs the hooks of a cycle. They may take long (`execute()` may wait for a person), but they do not keep the run from
 * ending: when the workflow ends, and when continue-as-new is overdue, they are cancelled.
 *
 * @returns whether they came to their end
 * @throws what they throw, and CancelledFailure when the workflow is cancelled and they go on all the same
 */
export async function runHooks(
  session: Session,
  { cutsOff }: Pick<Continuation, 'cutsOff'>,
  hooks: () => Promise<void>,
): Promise<boolean> {
  const outer = CancellationScope.current();
  const scope = (session.hooks = new CancellationScope());
  let isSettled = false;
  let isCut = false;
  const isOver = (): boolean => session.isInterrupted || outer.consideredCancelled || cutsOff();

  const done = scope.run(hooks).then(
    () => true,
    (error: unknown) => {
      if (isCut && isCancellation(error)) return false;
      throw error;
    },
  );
  const settled = done.then(settle, settle);
  function settle(): void {
    isSettled = true;
    session.hooks = undefined;
  }

  // Who hears of a cancellation ends at once; for the others it is looked at when nothing else is to be done.
  const over = CancellationScope.nonCancellable(() => condition(() => isSettled || isOver()));
  await Promise.race([settled, over]);
  if (isSettled || !has('interruptedHooks')) return done;
  isCut = true;
  scope.cancel();
  await CancellationScope.nonCancellable(() => condition(() => isSettled, CLEAN_UP));
  const isDone = isSettled && (await done);
  if (!isDone && outer.consideredCancelled) await outer.cancelRequested;
  return isDone;
}
