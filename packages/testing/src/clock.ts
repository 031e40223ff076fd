import { setTimeout as sleep } from 'node:timers/promises';
import type { TestWorkflowEnvironment } from '@temporalio/testing';

/** The first time that is let pass to see whether anything is under way. Milliseconds. */
const FIRST_SPAN = 50;
const LONGEST_SPAN = 5_000;
/** How often somebody looks why time does not pass. Milliseconds. */
const PAUSE = 100;

// Tests may put others in the place of the global ones.
const now = performance.now.bind(performance);

/** What a clock has to know of the test. */
export interface ClockHost {
  /** Sources whose answer is held: while there is one, time is not skipped. */
  readonly holding: readonly string[];
  /**
   * Looks whether anything is under way.
   *
   * @returns what the workflows are like while nothing is; `undefined` while something is
   * @throws Error that says what will never let the workflows come to rest
   */
  look(): Promise<string | undefined>;
  /** Aborted when the test stops. */
  readonly ended: AbortSignal;
}

/**
 * The clock of a time-skipping server. The server skips time only while nothing is under way, be it a workflow task, an
 * attempt of an activity or a signal to another workflow; while something is, its clock runs as others do.
 */
export class Clock {
  readonly #environment: TestWorkflowEnvironment;
  readonly #host: ClockHost;
  /** Time that passes on the server, also where nobody waits for it any more. */
  #passing: Promise<unknown> = Promise.resolve();

  constructor(environment: TestWorkflowEnvironment, host: ClockHost) {
    this.#environment = environment;
    this.#host = host;
  }

  /** Lets time pass, and waits until nothing is under way. @throws Error where it does not pass */
  async pass(ms: number): Promise<void> {
    const { holding } = this.#host;
    const hasPassed = holding.length === 0 && (await this.#pass(ms));
    if (!hasPassed)
      throw new Error(
        `Time is skipped only while no load is under way, and an answer of ${this.#host.holding.map((name) => `"${name}"`).join(', ')} is held: release() it first.`,
      );
    await this.rest();
  }

  /** Waits until nothing is under way but answers that are held. */
  async rest(): Promise<void> {
    for (let span = FIRST_SPAN; ; span = Math.min(2 * span, LONGEST_SPAN)) {
      const started = now();
      const hasPassed = this.#host.holding.length === 0 && (await this.#pass(span));
      // In less time than has passed there: the server has skipped some, so that for a moment nothing was under way.
      if (!hasPassed || now() - started < span) return;
    }
  }

  /** @returns whether it has passed: not as long as an answer is held */
  async #pass(ms: number): Promise<boolean> {
    await this.#passing;
    const isOver = new AbortController();
    const { connection } = this.#environment;
    // A call that is still open when the connection is closed would be tried again, on a channel that is no more.
    const passed = connection
      .withAbortSignal(this.#host.ended, () => this.#environment.sleep(ms))
      .finally(() => isOver.abort());
    this.#passing = passed.catch(() => {});
    for (let before: string | undefined; ;) {
      const pause = sleep(PAUSE, undefined, { signal: isOver.signal }).catch(() => {});
      await Promise.race([passed, pause]);
      if (isOver.signal.aborted) return true;
      const seen = await this.#host.look();
      if (this.#host.holding.length > 0) return false;
      // Whoever has an activity cancelled that is due and has not begun leaves the test server waiting for it.
      if (seen !== undefined && seen === before && !isOver.signal.aborted) {
        await this.#environment.connection.testService?.unlockTimeSkipping({});
        before = undefined;
      } else before = seen;
    }
  }
}
