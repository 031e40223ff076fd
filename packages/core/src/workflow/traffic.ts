import type { SignalInput, UpdateInput, WorkflowInboundCallsInterceptor } from '@temporalio/workflow';
import { historyLength } from './history-length';

/** A signal is one event of the history; an update is taken by one, and answered by another. */
const OF_AN_UPDATE = 2;

/**
 * How much others send a workflow, in events of its history, from one workflow task to the next. Told in the manner of
 * Temporal's interceptors, so that handlers of the class count as well.
 */
export class Traffic implements WorkflowInboundCallsInterceptor {
  #task = 0;
  /** What came by this task, and by those before it. */
  #came: readonly [now: number, before: number, earlier: number] = [0, 0, 0];

  handleSignal(input: SignalInput, next: (input: SignalInput) => Promise<void>): Promise<void> {
    this.#add(1);
    return next(input);
  }

  handleUpdate(input: UpdateInput, next: (input: UpdateInput) => Promise<unknown>): Promise<unknown> {
    this.#add(OF_AN_UPDATE);
    return next(input);
  }

  /** The most that came of late by one task. */
  get most(): number {
    this.#look();
    return Math.max(...this.#came);
  }

  /** The same, but for one burst. */
  get lasting(): number {
    this.#look();
    return this.#came.toSorted((a, b) => b - a)[1] as number;
  }

  #add(events: number): void {
    this.#look();
    const [now, ...others] = this.#came;
    this.#came = [now + events, ...others];
  }

  #look(): void {
    const events = historyLength();
    if (events === this.#task) return;
    this.#task = events;
    const [now, before] = this.#came;
    this.#came = [0, now, before];
  }
}
