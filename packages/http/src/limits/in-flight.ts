/** Work whose outcome several callers can have. */
export interface Work<T> {
  /** @param signal ends the work */
  answer(signal: AbortSignal): Promise<T>;
}

/** Work that is under way, with those who wait for it. */
export interface Shared<T, W extends Work<T>> {
  readonly key: string;
  readonly work: W;
  readonly promise: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

/** Has equal requests that are under way at the same time share one answer. What has ended is forgotten at once. */
export class InFlight<T, W extends Work<T>> {
  readonly #shared = new Map<string, Shared<T, W>>();

  /** How many different requests are under way. */
  get size(): number {
    return this.#shared.size;
  }

  /**
   * The work of a key that is under way, or this one, which then begins.
   *
   * @param key equal for equal work of equal standing: it has to tell credentials apart
   */
  join(key: string, work: W): Shared<T, W> {
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const controller = new AbortController();
    const promise = work.answer(controller.signal).finally(() => this.#forget(shared));
    // Whoever waits has it; nobody may.
    promise.catch(() => {});
    const shared: Shared<T, W> = { key, work, promise, controller, waiting: 0 };
    this.#shared.set(key, shared);
    return shared;
  }

  /**
   * Waits for work that was joined.
   *
   * @param signal lets go of this caller; the work ends when the last one has gone
   */
  async settled(shared: Shared<T, W>, signal: AbortSignal): Promise<T> {
    shared.waiting += 1;
    try {
      return await orAbort(shared.promise, signal);
    } finally {
      shared.waiting -= 1;
      // Nothing is left to end once it has settled.
      if (shared.waiting === 0 && this.#forget(shared)) shared.controller.abort(signal.reason);
    }
  }

  #forget(shared: Shared<T, W>): boolean {
    return this.#shared.get(shared.key) === shared && this.#shared.delete(shared.key);
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
