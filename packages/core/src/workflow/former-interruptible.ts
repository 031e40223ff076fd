import { CancellationScope, condition } from '@temporalio/workflow';
import { has } from '../base/patches';
import { type Interruption, isOfNoUse, type Running } from './interruptible';

/** How long code of the class that is cancelled may take to clean up. */
const CLEAN_UP = '10 seconds';

/** Code of the class as it ran before waits took few promises: the order of commands may depend on the turns they take. */
export class FormerInterruptible implements Running {
  readonly isDone = false;
  readonly #scope: CancellationScope;
  readonly #outer = CancellationScope.current();
  /** Gives whether the code came to its end. Rejects with what it throws. */
  readonly #done: Promise<boolean>;
  readonly #settled: Promise<void>;
  #isSettled = false;
  #isCut = false;

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

  async end({ shield, isOver, isUsedUp, isAllowed }: Interruption): Promise<boolean> {
    const outer = this.#outer;
    // Who hears of a cancellation ends at once; for the others it is looked at when nothing else is to be done.
    const isEnough = (): boolean => this.#isSettled || outer.consideredCancelled || isOver();
    const over = shield.run(() => condition(isEnough));
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
