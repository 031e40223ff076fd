import { getOrAdd } from '../state/objects';

/** The server lets a run have 2,000 children; a new one begins to count anew. */
const MOST_STARTS = 1_500;

/** A child that waits for its turn to start. */
export interface Starter {
  readonly path: { readonly field: string; readonly maxConcurrentStarts: number };
  /** Called when the starter may start: it asks once more, and starts. */
  sync(): void;
}

interface Line {
  readonly starting: Set<Starter>;
  readonly waiting: Set<Starter>;
}

/**
 * Whose turn it is to start: so many of a path at a time, and so many in one run. Who waits costs no promise:
 * thousands may come in one workflow task, and Temporal ends one that takes five seconds.
 */
export class StartLimit {
  readonly #lines = new Map<string, Line>();
  #given = 0;

  /** Whether nobody starts any more in this run. */
  get areUsedUp(): boolean {
    return this.#given >= MOST_STARTS;
  }

  /** Whether a starter may start now. If not, its `sync` is called when it may. */
  take(starter: Starter): boolean {
    const { field, maxConcurrentStarts } = starter.path;
    const { starting, waiting } = getOrAdd(this.#lines, field, (): Line => ({
      starting: new Set(),
      waiting: new Set(),
    }));
    if (starting.has(starter)) return true;
    if (this.areUsedUp || starting.size >= maxConcurrentStarts) {
      waiting.add(starter);
      return false;
    }
    waiting.delete(starter);
    starting.add(starter);
    this.#given++;
    return true;
  }

  /** A starter has started, or does not want to any more. */
  end(starter: Starter): void {
    const line = this.#lines.get(starter.path.field);
    line?.waiting.delete(starter);
    if (!line?.starting.delete(starter)) return;
    const [next] = line.waiting;
    if (next && this.take(next)) next.sync();
  }
}
