/** How many workflows have the same reason, and the first few of them. */
export interface Reason {
  readonly reason: string;
  readonly count: number;
  readonly workflowIds: readonly string[];
}

/** Of a fleet, so many ids tell enough. */
const MOST_IDS = 5;

/** Counts workflows by the reason why something was not done, without keeping each of them. */
export class Tally {
  readonly #reasons = new Map<string, { count: number; workflowIds: string[] }>();

  add(workflowId: string, reason: string): void {
    const known = this.#reasons.get(reason) ?? { count: 0, workflowIds: [] };
    known.count += 1;
    if (known.workflowIds.length < MOST_IDS) known.workflowIds.push(workflowId);
    this.#reasons.set(reason, known);
  }

  /** Of how many workflows there is a reason. */
  get total(): number {
    return this.reasons.reduce((sum, { count }) => sum + count, 0);
  }

  /** The most frequent first. */
  get reasons(): readonly Reason[] {
    return [...this.#reasons]
      .map(([reason, known]) => ({ reason, ...known }))
      .toSorted((one, other) => other.count - one.count);
  }
}
