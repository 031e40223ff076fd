import type { Client } from '@temporalio/client';
import type { LoadLog } from '../contract/adapter';
import { nothingNew } from './nothing-new';

/** So many waits are kept; a watch beyond them looks at its interval instead. */
const MOST_WAITS = 10_000;
/** So many attempts are ended at a time. */
const ENDED_AT_A_TIME = 16;
/** The longest that a timer of Node's can be set to, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;
/** How long a worker that stops takes to hand its waits back, in milliseconds. */
const LEAVING_MS = 5_000;

/** An attempt that has ended for its worker, and waits for a hint to end at the server. */
export interface Wait {
  /** Names the source of a workflow. */
  readonly source: string;
  /** The server's name for the attempt. */
  readonly taskToken: Uint8Array;
  /** The client of the worker that the attempt was given to. */
  readonly client: Client;
  /** How long it waits at most, in milliseconds. */
  readonly every: number;
  /** Resolves when a look is worth it; rejects where nobody can say. */
  readonly hint: (signal: AbortSignal) => Promise<void>;
  readonly log: Pick<LoadLog, 'warn'>;
}

/** A wait that is kept, and what ends it. */
interface Kept extends Wait {
  readonly ended: AbortController;
  readonly timer: NodeJS.Timeout;
}

/**
 * Waits for hints in the place of attempts, which hold no activity slot and send no heartbeat meanwhile.
 *
 * When a hint comes or the interval is over, the attempt fails as one that found nothing: the server makes the next one,
 * which looks. A worker that dies takes its waits along; the server misses each when its attempt has taken too long. Nobody
 * hears that a watch was cancelled: its wait is forgotten with the next one of the same source, or with its interval.
 */
export class HintHub {
  readonly #waits = new Map<string, Kept>();
  /** Ends of attempts that the server has not been told yet. */
  readonly #ends: (() => Promise<void>)[] = [];
  readonly #ending = new Set<Promise<void>>();

  /** How many wait. */
  get size(): number {
    return this.#waits.size;
  }

  /**
   * Takes a wait over. The one before it of the same source is over: its attempt is not, or nobody would wait anew.
   *
   * @returns whether there is room for it
   */
  take(wait: Wait): boolean {
    this.#end(this.#waits.get(wait.source));
    if (this.#waits.size >= MOST_WAITS) return false;
    const ended = new AbortController();
    const timer = setTimeout(() => this.#end(kept), Math.min(wait.every, LONGEST_TIMER)).unref();
    const kept: Kept = { ...wait, ended, timer };
    this.#waits.set(wait.source, kept);
    void this.#hear(kept);
    return true;
  }

  /** Gives the waits of a worker that has stopped to the others, as far as it can soon. */
  async leave(client: Client): Promise<void> {
    for (const wait of this.#waits.values()) if (wait.client === client) this.#end(wait);
    const until = Date.now() + LEAVING_MS;
    while (this.#ending.size > 0 && Date.now() < until)
      await Promise.race([...this.#ending, new Promise((resolve) => setTimeout(resolve, 100))]);
  }

  async #hear(wait: Kept): Promise<void> {
    try {
      await wait.hint(wait.ended.signal);
      this.#end(wait);
    } catch (error) {
      if (wait.ended.signal.aborted) return;
      wait.log.warn('Waiting for a hint failed; looking at the interval instead', { error: String(error) });
      this.#end(wait, wait.every);
    }
  }

  /** @param pause until the next attempt, in milliseconds */
  #end(wait: Kept | undefined, pause = 1): void {
    if (wait === undefined || wait.ended.signal.aborted) return;
    clearTimeout(wait.timer);
    wait.ended.abort();
    this.#waits.delete(wait.source);
    this.#ends.push(() => told(wait, pause));
    if (this.#ending.size < ENDED_AT_A_TIME) this.#tell();
  }

  #tell(): void {
    const tell = async (): Promise<void> => {
      for (let next = this.#ends.shift(); next; next = this.#ends.shift()) await next();
    };
    const telling = tell().finally(() => this.#ending.delete(telling));
    this.#ending.add(telling);
  }
}

/** Tells the server that an attempt is over. */
async function told({ client, taskToken, log }: Wait, pause: number): Promise<void> {
  try {
    await client.activity.fail(taskToken, nothingNew(pause));
  } catch (error) {
    // Of a workflow that has ended, or whose attempt has timed out.
    if (error instanceof Error && error.name === 'ActivityNotFoundError') return;
    log.warn('A wait for a hint could not be ended; the server ends it at its limit', {
      error: String(error),
    });
  }
}
