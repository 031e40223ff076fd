/** Work that several callers wait for. */
interface Shared {
  readonly promise: Promise<unknown>;
  readonly controller: AbortController;
  waiting: number;
}

/** Has equal requests that are under way at the same time share one answer. What has ended is forgotten at once. */
export class InFlight {
  readonly #shared = new Map<string, Shared>();

  /** How many different requests are under way. */
  get size(): number {
    return this.#shared.size;
  }

  /**
   * Waits for the work of this key, and starts it if nobody did.
   *
   * @param key equal for equal work of equal standing: it has to tell credentials apart
   * @param signal lets go of this caller; the work ends when the last one has gone
   * @param run the work, with the signal that ends it
   * @param joined called when there is somebody to share with
   */
  async share<T>(
    key: string,
    signal: AbortSignal,
    run: (signal: AbortSignal) => Promise<T>,
    joined: () => void,
  ): Promise<T> {
    signal.throwIfAborted();
    const known = this.#shared.get(key);
    if (known !== undefined) joined();
    const shared = known ?? this.#start(key, run);
    shared.waiting += 1;
    try {
      return (await orAbort(shared.promise, signal)) as T;
    } finally {
      shared.waiting -= 1;
      if (shared.waiting === 0) {
        // Nothing is left to end once it has settled.
        if (this.#shared.get(key) === shared) {
          this.#shared.delete(key);
          shared.controller.abort(signal.reason);
        }
      }
    }
  }

  #start(key: string, run: (signal: AbortSignal) => Promise<unknown>): Shared {
    const controller = new AbortController();
    const promise = run(controller.signal).finally(() => {
      if (this.#shared.get(key) === shared) this.#shared.delete(key);
    });
    // Whoever waits has it; nobody may.
    promise.catch(() => {});
    const shared: Shared = { promise, controller, waiting: 0 };
    this.#shared.set(key, shared);
    return shared;
  }
}

/** Waits for a promise, but no longer than until the signal is aborted. */
export function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
