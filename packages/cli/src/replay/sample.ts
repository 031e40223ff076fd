/** A run, as far as a sample has to know it. */
export interface Run {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
}

/** The first and the last runs of one type. */
interface Ends {
  readonly newest: Run[];
  readonly oldest: Run[];
}

/**
 * Chooses some of many runs without keeping more than it chooses of each type: of every type the newest and the oldest.
 * What breaks a replay is mostly something that old code wrote.
 */
export class Sample {
  readonly #limit: number;
  readonly #types = new Map<string, Ends>();
  #seen = 0;

  /** @param limit how many are chosen at most */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Of how many it chooses. */
  get seen(): number {
    return this.#seen;
  }

  /** Takes the next run into account: they come as the server lists them, the newest first. */
  add(run: Run): void {
    this.#seen += 1;
    const { newest, oldest } = this.#of(run.workflowType);
    if (newest.length < this.#limit) {
      newest.push(run);
      return;
    }
    oldest.push(run);
    if (oldest.length > this.#limit) oldest.shift();
  }

  /** The runs that are chosen: types in turn, and of each type newest and oldest in turn. */
  get chosen(): readonly Run[] {
    const queues = [...this.#types.values()].map(({ newest, oldest }) =>
      fromBothEnds([...newest, ...oldest]),
    );
    const chosen: Run[] = [];
    for (
      let round = 0;
      chosen.length < this.#limit && queues.some(({ length }) => length > round);
      round += 1
    )
      for (const queue of queues) {
        const run = queue[round];
        if (run !== undefined && chosen.length < this.#limit) chosen.push(run);
      }
    return chosen;
  }

  #of(type: string): Ends {
    const known = this.#types.get(type) ?? { newest: [], oldest: [] };
    this.#types.set(type, known);
    return known;
  }
}

function fromBothEnds(runs: readonly Run[]): Run[] {
  const half = Math.ceil(runs.length / 2);
  const newest = runs.slice(0, half);
  const oldest = runs.slice(half).reverse();
  return newest.flatMap((run, i) => [run, ...oldest.slice(i, i + 1)]);
}
