import type { Temporal } from './temporal';

/** The longest that one look takes, as a rule; milliseconds. */
const A_LOOK = 60_000;

/** When the next look is due: every so often, whatever run it falls into. */
export class Rounds {
  readonly #context: Pick<Temporal, 'sleep'>;
  #dueAt?: number;
  #begunAt = -Infinity;

  /** @param dueAt what the run before has carried; milliseconds */
  constructor(context: Pick<Temporal, 'sleep'>, dueAt?: number) {
    this.#context = context;
    this.#dueAt = dueAt;
  }

  /** Waits until the next look is due. @param every the time from one to the next, in milliseconds */
  async next(every: number): Promise<void> {
    this.#dueAt ??= Date.now() + every;
    const wait = Math.min(this.#dueAt - Date.now(), every);
    // Without a timer where the look is due: the server takes a second for the shortest, and a run may end before that.
    if (wait > 0) await this.#context.sleep(wait);
    this.#begunAt = Date.now();
    this.#dueAt = this.#begunAt + every;
  }

  /** For continue-as-new; nothing where there has been nobody to look at. */
  carry(): number | undefined {
    // What the look has found that has just begun, this run may not hear of any more.
    return Date.now() - this.#begunAt < A_LOOK ? this.#begunAt : this.#dueAt;
  }
}
