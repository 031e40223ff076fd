/** Of commands that the server has not answered yet, so that what one task sends stays below what it takes. */
const MOST_BYTES = 1_000_000;

/** A command that has begun. */
export interface Begun {
  /** About how large it is. */
  readonly bytes: number;
  readonly done: Promise<unknown>;
}

/**
 * Lets a bounded number of commands be under way at a time, of bounded size together; the others wait in turn.
 * While it is held, none begins.
 */
export interface Window {
  /** How many are under way. */
  readonly underWay: number;
  hold(): void;
  release(): void;
  /**
   * Runs a command when it is its turn.
   *
   * @param begin begins it, unless there is no need any more
   */
  pass(begin: () => Begun | undefined): Promise<unknown>;
}

/** @param most how many at a time */
export function windowOf(most: number): Window {
  const waiting: (() => void)[] = [];
  let bytes = 0;
  let count = 0;
  let isHeld = false;

  const next = (): void => {
    // Begun in this moment and not in the next: only so is it known how large those before were.
    while (!isHeld && count < most && bytes < MOST_BYTES) {
      const begin = waiting.shift();
      if (!begin) return;
      begin();
    }
  };

  const run = async (begin: () => Begun | undefined): Promise<unknown> => {
    let size = 0;
    count++;
    try {
      const begun = begin();
      bytes += size = begun?.bytes ?? 0;
      return await begun?.done;
    } finally {
      count--;
      bytes -= size;
      next();
    }
  };

  return {
    get underWay() {
      return count;
    },
    hold() {
      isHeld = true;
    },
    release() {
      isHeld = false;
      next();
    },
    pass: (begin) =>
      new Promise((resolve) => {
        waiting.push(() => resolve(run(begin)));
        next();
      }),
  };
}
