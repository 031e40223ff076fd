/** Holds answers of a source until the test lets them go. */
export class Gate {
  /** Resolves when an answer has come to the gate. */
  readonly reached: Promise<void>;
  readonly #opened: Promise<void>;
  #arrive!: () => void;
  #open!: () => void;

  constructor() {
    this.reached = new Promise((resolve) => (this.#arrive = resolve));
    this.#opened = new Promise((resolve) => (this.#open = resolve));
  }

  release(): void {
    this.#open();
  }

  /** For the answer: waits until it is released, or the load is given up. @throws what its signal was aborted with */
  async pass(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#arrive();
    let giveUp = (): void => {};
    const givenUp = new Promise<never>((_, reject) => {
      giveUp = () => reject(signal.reason as Error);
      signal.addEventListener('abort', giveUp, { once: true });
    });
    try {
      await Promise.race([this.#opened, givenUp]);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }
}
