import { CancellationScope, condition } from '@temporalio/workflow';
import { getActivator } from '@temporalio/workflow/lib/global-attributes';
import { beganWith } from '../base/patches';

/** Waits for something, but no longer than until `enough`. @throws what it throws, if that comes in time */
export async function settledOr(result: Promise<unknown>, enough: () => boolean): Promise<void> {
  let isSettled = false;
  const settled = result.finally(() => {
    isSettled = true;
  });
  // What it throws too late is nobody's business any more.
  settled.catch(() => {});
  await condition(() => isSettled || enough());
  if (isSettled) await settled;
}

/**
 * Waits until all that can go on in this moment has gone on: handlers that have what they wait for have ended. The
 * SDK looks at conditions when nothing else can run; the second look comes after what the first one let go.
 */
export async function allElse(): Promise<void> {
  for (let look = 0; look < 2; look++) {
    let isAsked = false;
    await condition(() => isAsked || !(isAsked = true));
  }
}

/** What {@link quiet} looks at. */
export interface Quiet {
  /** How many commands are under way. */
  readonly underWay: () => number;
  /** Whether it is waited for no longer. */
  readonly stops: () => boolean;
  /** Whether a run asks again: those of the first versions did not. */
  readonly asksAgain: () => boolean;
}

/**
 * Waits until nothing is under way. Conditions are met in the midst of a workflow task: what had the wait stop may do so no
 * more once the rest of the task has been taken in, and then it goes on.
 *
 * @param until Temporal's `condition()`
 */
export async function quiet(
  { underWay, stops, asksAgain }: Quiet,
  until: (isOver: () => boolean) => Promise<unknown> = condition,
): Promise<void> {
  do await until(() => underWay() === 0 || stops());
  while (underWay() > 0 && !stops() && asksAgain());
}

/**
 * Waits until something is so, whatever is cancelled meanwhile. The SDK takes a stack trace of each promise, also when a
 * workflow is rebuilt, so this one does without the six that a `condition` in a scope takes.
 *
 * @param shield a scope that no cancellation reaches
 */
export function until(shield: CancellationScope, isSo: () => boolean): Promise<void> {
  if (!beganWith('leanWaits')) return shield.run(() => condition(isSo));
  return new Promise((resolve) => {
    if (isSo()) resolve();
    else nextLook(isSo, resolve);
  });
}

/** Temporal's `condition()` with one promise in place of three. @throws CancelledFailure when its scope is cancelled */
export function untilSo(isSo: () => boolean): Promise<void | boolean> {
  if (!beganWith('leanWaits')) return condition(isSo);
  const scope = CancellationScope.current();
  return new Promise((resolve) => {
    nextLook(
      () => isSo() || scope.consideredCancelled,
      () => resolve(scope.consideredCancelled ? scope.cancelRequested : undefined),
    );
  });
}

/** Has the SDK look, whenever nothing else can go on, whether something is so, and then calls `then`, once. */
export function nextLook(isSo: () => boolean, then: () => void): void {
  const { blockedConditions, nextSeqs } = getActivator();
  blockedConditions.set(nextSeqs.condition++, { fn: isSo, resolve: then });
}
