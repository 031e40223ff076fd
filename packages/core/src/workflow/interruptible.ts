import { CancellationScope, condition, log, TemporalFailure } from '@temporalio/workflow';
import { forget, nextLook } from './moments';
import { comesOfCancellation } from './scopes';

/** How long code of the class that is cancelled may take to clean up. */
const CLEAN_UP = '10 seconds';

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

/** Code of the class that runs. */
export interface Running {
  /** Whether it has come to its end; `false` also where it threw. */
  readonly isDone: boolean;
  /**
   * Waits until it has ended, or nothing else can go on and the workflow is cancelled or it is `enough`; absent in runs of
   * the first versions.
   */
  endOr?(enough: () => boolean): Promise<void>;
  /**
   * Waits until it ends, and interrupts it where the run cannot wait any longer.
   *
   * @returns whether it came to its end
   * @throws what it throws, and CancelledFailure when the workflow is cancelled
   */
  end(interruption: Interruption): Promise<boolean>;
}

/**
 * Code of the class, which runs from when this is made, with few promises: the SDK takes a stack trace of each, and most
 * code of a class waits for nothing.
 */
export class Interruptible implements Running {
  readonly #scope: CancellationScope;
  readonly #outer = CancellationScope.current();
  /** How the code ended; absent while it runs. */
  #ended?: { readonly error?: unknown; readonly isDone: boolean };
  #isCut = false;
  /** Lets go on who waits for the end. */
  #wake?: () => void;

  /**
   * @param scope what the code runs in
   * @param onEnd called when it ends
   * @param passesOver whether code that threw this has come to its end all the same: asked here, since a promise more would be a turn more
   */
  constructor(
    code: () => Promise<unknown>,
    scope: CancellationScope,
    onEnd?: () => void,
    passesOver?: (error: unknown) => boolean,
  ) {
    this.#scope = scope;
    const ends = (how: { readonly error?: unknown; readonly isDone: boolean }): void => {
      this.#ended = how;
      onEnd?.();
      this.#wake?.();
    };
    void scope.run(code).then(
      () => ends({ isDone: true }),
      (error: unknown) => ends(passesOver?.(error) ? { isDone: true } : { error, isDone: false }),
    );
  }

  get isDone(): boolean {
    return !!this.#ended?.isDone;
  }

  endOr(enough: () => boolean): Promise<void> {
    const outer = this.#outer;
    return new Promise((resolve) => {
      // Who hears of a cancellation ends at once; for the others it is looked at when nothing else is to be done.
      const look = nextLook(() => !!this.#ended || outer.consideredCancelled || enough(), resolve);
      this.#wake = () => {
        forget(look);
        resolve();
      };
    });
  }

  async end({ shield, isOver, isUsedUp }: Interruption): Promise<boolean> {
    const outer = this.#outer;
    if (!this.#ended && !outer.consideredCancelled && !isOver()) await this.endOr(isOver);
    if (!this.#ended) {
      this.#isCut = true;
      this.#scope.cancel();
      await shield.run(() => condition(() => !!this.#ended || isUsedUp(), CLEAN_UP));
    }
    if (this.isDone) return true;
    const { error } = this.#ended ?? {};
    if (this.#ended && !((this.#isCut || outer.consideredCancelled) && isOfNoUse(error))) throw error;
    if (outer.consideredCancelled) await outer.cancelRequested;
    return false;
  }
}

/** Whether an error of code that was cancelled says no more than that. Were it a bug's, the run could not end for it. */
export function isOfNoUse(error: unknown): boolean {
  if (comesOfCancellation(error)) return true;
  if (error instanceof TemporalFailure) return false;
  log.warn('Code of the class threw an error as it was cancelled, which changes nothing of that.', { error });
  return true;
}
