import { condition } from '@temporalio/workflow';
import { historyLength } from './history-length';

/** The loads of a run, counted, and the handlers that wait for one of them. */
export class Loads {
  /** Loads begun in this run, also those that were overtaken. */
  #begun = 0;
  /** The last of them that ran to its end. */
  #done = 0;
  #begunAt = 0;
  #isRunning = false;
  #cutOffs: number;
  /** Which load each handler waits for. */
  readonly #waiting = new Set<{ readonly load: number }>();
  #isOver = false;

  /** @param cutOffs of runs before: see {@link cutOffs} */
  constructor(cutOffs = 0) {
    this.#cutOffs = cutOffs;
  }

  begin(): void {
    this.#begun++;
    this.#begunAt = historyLength();
    this.#isRunning = true;
  }

  /** The load has ended, or is not gone on with. */
  end(how: 'done' | 'left'): void {
    this.#isRunning = false;
    if (how === 'done') {
      this.#done = this.#begun;
      this.#cutOffs = 0;
    } else this.#cutOffs++;
  }

  /** In how many runs one after the other a load was cut off, so that the workflow could continue as new. */
  get cutOffs(): number {
    return this.#cutOffs;
  }

  /** What is wrong with loads that do not come to their end. `isLasting`: a run was not enough for one that had all of it. */
  get problem(): { readonly message: string; readonly isLasting: boolean } | undefined {
    if (this.#cutOffs === 0) return undefined;
    const runs = this.#cutOffs === 1 ? 'the run before' : `the last ${this.#cutOffs} runs`;
    return {
      message: `The load was cut off in ${runs}, since signals and updates filled the history before it ended, and has begun again. If it stays so, raise maxHistoryEvents, have the source answer faster, or send less.`,
      isLasting: this.#cutOffs > 1,
    };
  }

  /** The length of the history when the last load began. */
  get begunAt(): number {
    return this.#begunAt;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Whether the load that is running began in this workflow task: so it is after all that came in the task. */
  get beganNow(): boolean {
    return this.#isRunning && this.#begunAt === historyLength();
  }

  /** How many handlers wait for a load that has not ended. */
  get awaited(): number {
    return [...this.#waiting].filter(({ load }) => load > this.#done).length;
  }

  /** How many handlers wait, also those that are about to be answered. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Whether a handler is about to be answered. */
  get isAnswering(): boolean {
    return this.awaited < this.#waiting.size;
  }

  /** No load comes any more in this run: who still waits is told so. Returns when everybody has been. */
  async leave(): Promise<void> {
    this.#isOver = true;
    if (this.#waiting.size > 0) await condition(() => this.#waiting.size === 0);
  }

  /**
   * Waits for a load.
   *
   * @param joins whether the one that is running will do, instead of the one after it
   * @param stops whether there is nothing to wait for
   * @returns how the wait ended
   */
  async wait(joins: boolean, stops: () => boolean): Promise<'done' | 'stopped' | 'over'> {
    const wait = { load: this.#begun + (joins ? 0 : 1) };
    const isDone = (): boolean => this.#done >= wait.load;
    this.#waiting.add(wait);
    try {
      await condition(() => isDone() || this.#isOver || stops());
    } finally {
      this.#waiting.delete(wait);
    }
    return isDone() ? 'done' : this.#isOver ? 'over' : 'stopped';
  }
}
