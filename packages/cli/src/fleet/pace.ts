import { setTimeout as sleep } from 'node:timers/promises';

/** Lets so many through in a second, evenly, however many wait. */
export class Pace {
  readonly #interval: number;
  readonly #now: () => number;
  readonly #sleep: (milliseconds: number) => Promise<unknown>;
  #next = 0;

  /** @param now the time now, in milliseconds */
  constructor(
    perSecond: number,
    now: () => number,
    wait: (milliseconds: number) => Promise<unknown> = sleep,
  ) {
    this.#interval = 1_000 / perSecond;
    this.#now = now;
    this.#sleep = wait;
  }

  /** Waits for its turn. */
  async turn(): Promise<void> {
    const now = this.#now();
    const at = Math.max(this.#next, now);
    this.#next = at + this.#interval;
    if (at > now) await this.#sleep(at - now);
  }
}
