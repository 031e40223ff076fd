/** Bytes of commands that the server has not answered yet: it refuses a workflow task that sends too much. */
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
export class SendLimit {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #bytes = 0;
  #count = 0;
  #isHeld = false;

  /** @param most how many at a time */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many are under way. */
  get underWay(): number {
    return this.#count;
  }

  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#next();
  }

  /**
   * Runs a command when it is its turn.
   *
   * @param begin begins it, unless there is no need any more
   */
  pass(begin: () => Begun | undefined): Promise<unknown> {
    return new Promise((resolve) => {
      this.#waiting.push(() => resolve(this.#run(begin)));
      this.#next();
    });
  }

  #next(): void {
    // Commands begin synchronously: the size of a command is known only after it has begun.
    while (!this.#isHeld && this.#count < this.#most && this.#bytes < MOST_BYTES) {
      const begin = this.#waiting.shift();
      if (!begin) return;
      begin();
    }
  }

  async #run(begin: () => Begun | undefined): Promise<unknown> {
    let size = 0;
    this.#count++;
    try {
      const begun = begin();
      this.#bytes += size = begun?.bytes ?? 0;
      return await begun?.done;
    } finally {
      this.#count--;
      this.#bytes -= size;
      this.#next();
    }
  }
}
