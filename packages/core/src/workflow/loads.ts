import { condition } from '@temporalio/workflow';
import { iso } from '../base/iso';
import type { RefreshResult } from '../contract/wire';
import { fromEntries } from '../state/objects';
import { historyLength } from './history-length';
import type { LoadFault } from './load-fault';
import { untilSo } from './moments';

/** {@link Loads} as they travel through continue-as-new. */
export interface CarriedLoads {
  readonly quiet?: number;
  readonly loadedAt?: number;
  readonly cutOffs?: number;
  /** What the first versions carried instead of `cutOffs`. */
  readonly wasCutOff?: boolean;
}

/** How a wait for a load ended. */
export type WaitEnd = 'done' | 'stopped' | 'over';

/** One that waits for a load. */
interface Waiter {
  readonly isOver: () => boolean;
  readonly leaves: () => void;
  readonly how: () => WaitEnd;
}

/** The loads of a run, counted, and the handlers that wait for one of them. */
export class Loads {
  /** Loads begun in this run, also those that were overtaken. */
  #begun = 0;
  /** The last of them that ran to its end. */
  #done = 0;
  #begunAt = 0;
  #isRunning = false;
  #isWhole = true;
  #cutOffs: number;
  /** Which load each handler waits for. */
  readonly #waiting = new Set<{ readonly load: number }>();
  #isOver = false;

  /** What the last load gave. */
  lastResult?: RefreshResult;
  /** When the next load is due by itself, in milliseconds. */
  nextAt?: number;
  #quiet: number;
  #endedAt: number;

  constructor({ cutOffs, wasCutOff = false, quiet = 0, loadedAt = Date.now() }: CarriedLoads = {}) {
    this.#cutOffs = cutOffs ?? Number(wasCutOff);
    this.#quiet = quiet;
    this.#endedAt = loadedAt;
  }

  /** Loads in a row that found nothing. */
  get quiet(): number {
    return this.#quiet;
  }

  /** When the last load of all sources ended, in milliseconds. */
  get endedAt(): number {
    return this.#endedAt;
  }

  /** @param isWhole whether all sources are loaded, and not some that were named */
  begin(isWhole = true): void {
    this.#begun++;
    this.#isWhole = isWhole;
    this.#begunAt = historyLength();
    this.#isRunning = true;
  }

  /** The load is not gone on with. */
  left(): void {
    this.#isRunning = false;
    this.#cutOffs++;
  }

  /** A load has ended. One of some sources keeps no other from being due. @param changed how many entities changed */
  ended(changed: number, faults: readonly LoadFault[]): void {
    this.#isRunning = false;
    this.#done = this.#begun;
    this.#cutOffs = 0;
    const now = Date.now();
    if (this.#isWhole) this.#endedAt = now;
    this.#quiet = changed ? 0 : this.#quiet + Number(this.#isWhole);
    const failed = faults.length > 0;
    this.lastResult = {
      outcome: failed ? 'failed' : changed ? 'changed' : 'unchanged',
      changed,
      checkedAt: iso(now),
      errors: failed ? fromEntries(faults.map(({ source, message }) => [source, message])) : undefined,
    };
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

  /** Whether the load that is running, or was the last, is one of all sources. */
  get isWhole(): boolean {
    return this.#isWhole;
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
  async wait(joins: boolean, stops: () => boolean): Promise<WaitEnd> {
    const { isOver, leaves, how } = this.#waiter(joins, stops);
    try {
      await untilSo(isOver);
    } finally {
      leaves();
    }
    return how();
  }

  /**
   * The same with two promises in all. The SDK looks once nothing else can go on: so it does not depend on how long hooks
   * of the class take whether who waits is answered before the run goes on, also where the class has been changed since.
   *
   * @param answer makes an answer of how the wait ended
   */
  answer<T>(joins: boolean, stops: () => boolean, answer: (how: WaitEnd) => T): Promise<T> {
    const { isOver, leaves, how } = this.#waiter(joins, stops);
    return untilSo(isOver).then(
      () => {
        leaves();
        return answer(how());
      },
      (error: unknown) => {
        leaves();
        throw error;
      },
    );
  }

  #waiter(joins: boolean, stops: () => boolean): Waiter {
    const wait = { load: this.#begun + (joins ? 0 : 1) };
    const isDone = (): boolean => this.#done >= wait.load;
    this.#waiting.add(wait);
    return {
      isOver: () => isDone() || this.#isOver || stops(),
      leaves: () => void this.#waiting.delete(wait),
      how: () => (isDone() ? 'done' : this.#isOver ? 'over' : 'stopped'),
    };
  }
}
