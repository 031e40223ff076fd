import { setTimeout as sleep } from 'node:timers/promises';

/** Lets so many through in a second, evenly, however many wait. */
export class Pace {
  readonly #interval: number;
  readonly #now: () => number;
  readonly #sleep: (milliseconds: number) => Promise<unknown>;
  readonly #stop: AbortSignal | undefined;
  #next = 0;

  /**
   * @param now the time now, in milliseconds
   * @param stop lets nobody through any more
   */
  constructor(
    perSecond: number,
    now: () => number,
    stop?: AbortSignal,
    wait = (milliseconds: number): Promise<unknown> => sleep(milliseconds, undefined, { signal: stop }),
  ) {
    this.#interval = 1_000 / perSecond;
    this.#now = now;
    this.#sleep = wait;
    this.#stop = stop;
  }

  /** Waits for its turn. @throws AbortError once it has been stopped */
  async turn(): Promise<void> {
    this.#stop?.throwIfAborted();
    const now = this.#now();
    const at = Math.max(this.#next, now);
    this.#next = at + this.#interval;
    if (at > now) await this.#sleep(at - now);
  }
}
