import { unavailable } from './report';

/** How {@link Gatherer} goes about it. */
export interface GatherOptions<Item> {
  /** What is sent of two that wait for the same send. */
  readonly join: (waiting: Item, coming: Item) => Item;
  /** How long what comes after a send waits for more, in milliseconds. */
  readonly gatherMs: number;
  /** How long anybody waits, in milliseconds. */
  readonly timeoutMs: number;
}

/** Those who wait for one send. */
interface Batch<Item, Result> {
  item: Item;
  waiting: number;
  readonly sent: Promise<Result>;
  readonly settle: (result: Promise<Result>) => void;
}

/** What goes to one receiver: one send at a time. */
interface Lane<Item, Result> {
  next?: Batch<Item, Result>;
}

/** So many sends are under way at a time, over all receivers. */
const MOST_SENDS = 64;

/**
 * Makes one send of what comes for the same receiver at the same time. What comes first is sent at once; what comes while
 * that is on its way, and for a moment after it, goes together: never with a send that had begun before it came.
 *
 * There is a lane for each receiver that somebody waits for, or that got something within the last `gatherMs`, and no other.
 */
export class Gatherer<Item, Result> {
  readonly #send: (key: string, item: Item) => Promise<Result>;
  readonly #options: GatherOptions<Item>;
  readonly #lanes = new Map<string, Lane<Item, Result>>();
  readonly #queue: (() => void)[] = [];
  #sends = 0;

  constructor(send: (key: string, item: Item) => Promise<Result>, options: GatherOptions<Item>) {
    this.#send = send;
    this.#options = options;
  }

  /** How many receivers there is something kept of. */
  get size(): number {
    return this.#lanes.size;
  }

  /** @returns what came of the send that it went with. @throws Turned when that takes too long */
  async add(key: string, item: Item): Promise<Result> {
    const known = this.#lanes.get(key);
    const lane = known ?? {};
    if (lane.next) lane.next.item = this.#options.join(lane.next.item, item);
    const batch = (lane.next ??= newBatch<Item, Result>(item));
    batch.waiting++;
    if (known === undefined) {
      this.#lanes.set(key, lane);
      void this.#run(key, lane);
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(unavailable('Temporal did not accept it in time')),
        this.#options.timeoutMs,
      );
    });
    try {
      return await Promise.race([batch.sent, late]);
    } finally {
      clearTimeout(timer);
      batch.waiting--;
    }
  }

  /** Sends until nobody waits any more. */
  async #run(key: string, lane: Lane<Item, Result>): Promise<void> {
    while (lane.next) {
      if (this.#sends < MOST_SENDS) this.#sends++;
      else await new Promise<void>((resolve) => this.#queue.push(resolve));
      const batch: Batch<Item, Result> | undefined = lane.next;
      lane.next = undefined;
      try {
        // Of those who waited for their turn, all may have given up.
        if (batch.waiting > 0) {
          const result = this.#send(key, batch.item);
          batch.settle(result);
          await result;
        }
      } catch {
        // Those who wait have it.
      } finally {
        const next = this.#queue.shift();
        if (next) next();
        else this.#sends--;
      }
      await new Promise((resolve) => setTimeout(resolve, this.#options.gatherMs).unref());
    }
    this.#lanes.delete(key);
  }
}

function newBatch<Item, Result>(item: Item): Batch<Item, Result> {
  let settle: (result: Promise<Result>) => void = () => {};
  const sent = new Promise<Result>((resolve) => (settle = resolve));
  // All who wait for it may have given up.
  sent.catch(() => {});
  return { item, waiting: 0, sent, settle };
}
