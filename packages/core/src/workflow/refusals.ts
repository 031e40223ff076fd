import type { RejectedSignal, RejectedSignals } from '../contract/wire';

const KEPT = 20;
/** A reason may name a field that is as long as an id. */
const LONGEST_REASON = 500;

/** Counts refused signals and keeps the reasons of the most recent ones. Never the payloads. */
export class Refusals {
  #count: number;
  readonly #recent: RejectedSignal[];

  constructor(carried: RejectedSignals = { count: 0, recent: [] }) {
    this.#count = carried.count;
    this.#recent = [...carried.recent];
  }

  add(signal: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : 'it could not be read';
    this.#count++;
    this.#recent.push({
      signal: signal.slice(0, 200),
      reason: reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON)}…` : reason,
      at: new Date().toISOString(),
    });
    if (this.#recent.length > KEPT) this.#recent.shift();
  }

  get report(): RejectedSignals {
    return { count: this.#count, recent: [...this.#recent] };
  }
}
