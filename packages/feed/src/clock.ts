import type { Info } from '@temporalio/activity';

/**
 * Tells the time as the Temporal server would, as far as an attempt can know it: workers' own clocks differ, and positions
 * of deliveries are compared with the times of workflows. It is late rather than early.
 */
export class ServerClock {
  readonly #scheduled: number;
  readonly #started = performance.now();

  constructor({ currentAttemptScheduledTimestampMs }: Pick<Info, 'currentAttemptScheduledTimestampMs'>) {
    this.#scheduled = currentAttemptScheduledTimestampMs;
  }

  /** Milliseconds since 1970. */
  now(): number {
    return Math.floor(this.#scheduled + performance.now() - this.#started);
  }
}
