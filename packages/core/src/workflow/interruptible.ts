import { CancellationScope, condition, log, TemporalFailure } from '@temporalio/workflow';
import { has } from '../base/patches';
import { until } from './moments';
import { comesOfCancellation } from './scopes';

/** How long code of the class that is cancelled may take to clean up. */
const CLEAN_UP = '10 seconds';

/** How many turns of promises code has to end by that waits for nothing: several hooks take a few. */
const AT_ONCE = 10;

/** When code of the class is interrupted. */
export interface Interruption {
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
 * Code of the class, which runs from when this is made. It may take long, but it does not keep the run from ending: when
 * that has to be, the code is cancelled, and after a moment nobody waits for it any more.
 */
export class Interruptible {
  readonly #scope: CancellationScope;
  readonly #outer = CancellationScope.current();
  /** Gives whether the code came to its end. Rejects with what it throws. */
  readonly #done: Promise<boolean>;
  readonly #settled: Promise<void>;
  #isSettled = false;
  #isCut = false;

  /** @param scope what the code runs in */
  constructor(code: () => Promise<void>, scope: CancellationScope) {
    this.#scope = scope;
    this.#done = scope.run(code).then(
      () => true,
      async (error: unknown) => {
        if (!(this.#isCut || this.#outer.consideredCancelled) || !isOfNoUse(error)) throw error;
        if (this.#outer.consideredCancelled) await this.#outer.cancelRequested;
        return false;
      },
    );
    const settle = (): void => {
      this.#isSettled = true;
    };
    this.#settled = this.#done.then(settle, settle);
  }

  /**
   * Gives the code a moment to come to its end. Most code of a class waits for nothing, and everything that would have to be
   * made to interrupt it is spared: the SDK takes a stack trace of each promise.
   *
   * @returns whether it came to its end; `undefined` where it waits for something
   * @throws what it throws
   */
  async atOnce(): Promise<boolean | undefined> {
    for (let turn = 0; turn < AT_ONCE && !this.#isSettled; turn++) await DONE;
    return this.#isSettled ? this.#done : undefined;
  }

  /**
   * @returns whether it came to its end
   * @throws what it throws, and CancelledFailure when the workflow is cancelled
   */
  async end({ shield, isOver, isUsedUp, isAllowed }: Interruption): Promise<boolean> {
    const outer = this.#outer;
    // Who hears of a cancellation ends at once; for the others it is looked at when nothing else is to be done.
    const over = until(shield, () => this.#isSettled || outer.consideredCancelled || isOver());
    await Promise.race([this.#settled, over]);
    if (this.#isSettled || !isAllowed()) return this.#done;
    this.#isCut = true;
    this.#scope.cancel();
    const isBounded = has('interruptible');
    await shield.run(() => condition(() => this.#isSettled || (isBounded && isUsedUp()), CLEAN_UP));
    const isDone = this.#isSettled && (await this.#done);
    if (!isDone && outer.consideredCancelled) await outer.cancelRequested;
    return isDone;
  }
}

/** What a turn of promises is waited for by. */
const DONE = Promise.resolve();

/** Whether an error of code that was cancelled says no more than that. Were it a bug's, the run could not end for it. */
export function isOfNoUse(error: unknown): boolean {
  if (comesOfCancellation(error)) return true;
  if (error instanceof TemporalFailure) return false;
  log.warn('Code of the class threw an error as it was cancelled, which changes nothing of that.', { error });
  return true;
}
