/** Holds a load until the test lets it go on. */
export class Gate {
  /** Resolves when a load has come to the gate. */
  readonly reached: Promise<void>;
  readonly #opened: Promise<void>;
  #arrive!: () => void;
  #open!: () => void;

  constructor() {
    this.reached = new Promise((resolve) => (this.#arrive = resolve));
    this.#opened = new Promise((resolve) => (this.#open = resolve));
  }

  /** Lets the load go on. */
  release(): void {
    this.#open();
  }

  /** For the load: waits until it is released, or its signal aborts. */
  async pass(signal: AbortSignal): Promise<void> {
    this.#arrive();
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => reject(signal.reason as Error);
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      void this.#opened.then(() => {
        signal.removeEventListener('abort', abort);
        resolve();
      });
    });
  }
}
