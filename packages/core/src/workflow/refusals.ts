import type { RejectedSignals } from '../contract/wire';
import { iso } from '../base/iso';

const KEPT = 20;
/** A reason may name a field that is as long as an id. */
const LONGEST_REASON = 500;

/** Counts refused signals and keeps the reasons of the most recent ones. Never the payloads. */
export class Refusals {
  /** @param report what was refused before */
  constructor(public report: RejectedSignals = { count: 0, recent: [] }) {}

  add(signal: string, error: unknown): void {
    const { count, recent } = this.report;
    const reason = error instanceof Error ? error.message : 'it could not be read';
    const refused = {
      signal: signal.slice(0, 200),
      reason: reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON)}…` : reason,
      at: iso(Date.now()),
    };
    this.report = { count: count + 1, recent: [...recent, refused].slice(-KEPT) };
  }
}
