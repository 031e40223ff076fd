/** Wakes those who wait for something to do. */
export class Signal {
  #wake = new Set<() => void>();

  /** Ends every wait that may be ended. */
  raise(): void {
    for (const wake of this.#wake) wake();
  }

  /**
   * Waits.
   *
   * @param ms no longer than this
   * @param signal ends it as well
   * @param wakes whether {@link raise} does. @default true
   */
  wait(ms: number, signal: AbortSignal, wakes = true): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#wake.delete(end);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener('abort', end);
      if (wakes) this.#wake.add(end);
    });
  }
}
