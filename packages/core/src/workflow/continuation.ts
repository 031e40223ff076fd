import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  log,
  workflowInfo,
} from '@temporalio/workflow';
import { carryOver } from './carry';
import type { Session } from './session';

/** The largest start argument that is sent by default. Temporal refuses payloads over 2 MiB. */
const MAX_STATE_BYTES = 1_900_000;
/** Temporal ends a workflow at 51,200 events. One that cannot continue as new gives up before that. */
const LAST_EVENTS = 45_000;
/** How many events to let pass before another attempt, after one that was too large. */
const PAUSE_EVENTS = 1_000;

/** For how many events waiting refreshes may put it off; for fewer, where it is due early. */
const MAX_PUT_OFF_EVENTS = 1_000;

/** What a class can say about continuing as new. */
export interface ContinuationOptions {
  readonly maxHistoryEvents?: number;
  readonly maxStateBytes?: number;
}

/** Continues the workflow as new when its history has grown, with everything it knows. */
export class Continuation {
  readonly #session: Session;
  readonly #maxHistoryEvents: number;
  readonly #maxStateBytes: number;
  #from = 0;
  /** The length of the history when somebody first put it off. */
  #putOffAt: number | undefined;

  constructor(
    session: Session,
    { maxHistoryEvents = Infinity, maxStateBytes = MAX_STATE_BYTES }: ContinuationOptions,
  ) {
    this.#session = session;
    this.#maxHistoryEvents = maxHistoryEvents;
    this.#maxStateBytes = maxStateBytes;
  }

  /** Whether the history has grown enough. */
  get isDue(): boolean {
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    return (
      historyLength >= this.#from &&
      (continueAsNewSuggested || historyLength >= this.#maxHistoryEvents || this.#session.hierarchy.isFull)
    );
  }

  /** Whether it has been put off for so long that nobody may put it off any more. */
  get isOverdue(): boolean {
    if (!this.isDue) return false;
    const { historyLength } = workflowInfo();
    this.#putOffAt ??= historyLength;
    return historyLength >= this.#putOffAt + Math.min(this.#putOffAt, MAX_PUT_OFF_EVENTS);
  }

  /**
   * Continues as new once every handler is done. Returns when it cannot: a handler wants a load first, the
   * workflow ends, or its state is too large.
   *
   * @param before runs just before; once more if somebody came meanwhile
   */
  async run(before: () => void | Promise<void>): Promise<void> {
    const session = this.#session;
    const stop = (): boolean => session.awaitingLoad > 0 || session.ending !== undefined;
    await condition(() => allHandlersFinished() || stop());
    if (stop()) return;
    await before();
    // Whoever came while that ran is answered first: a run that continues takes no handler along.
    if (stop() || !allHandlersFinished()) return;
    const { hierarchy } = session;
    hierarchy.hold();
    try {
      // What is on its way when a run ends may get lost.
      await condition(() => hierarchy.isSettled || stop());
      if (stop() || !allHandlersFinished()) return;
      await this.#continue();
    } finally {
      hierarchy.release();
    }
  }

  async #continue(): Promise<void> {
    const next = carryOver(this.#session);
    const bytes = new TextEncoder().encode(JSON.stringify(next)).length;
    if (bytes <= this.#maxStateBytes) await continueAsNew(next);
    this.#tooLarge(bytes);
  }

  /** Says so and goes on, rather than lose the state. */
  #tooLarge(bytes: number): void {
    const { historyLength } = workflowInfo();
    const message = `state: is ${bytes} bytes, more than the ${this.#maxStateBytes} that maxStateBytes lets a workflow hand to its next run, so it cannot continue as new. Hold less (a narrower query, smaller records), or set up external storage for payloads and raise maxStateBytes.`;
    if (historyLength >= LAST_EVENTS) throw ApplicationFailure.nonRetryable(message, 'STATE_TOO_LARGE');
    log.warn(message);
    this.#session.problem = message;
    this.#from = historyLength + PAUSE_EVENTS;
  }
}
