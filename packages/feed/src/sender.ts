import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadLog } from '@stateful-workflow/core';
import { codeOf, RESOURCE_EXHAUSTED } from './grpc';

/** The pause after the server has said that it is too much, doubled each time up to the longest. Milliseconds. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;

/** How fast a {@link Sender} sends. */
export interface SenderOptions {
  /** How many are under way at a time. */
  readonly concurrency: number;
  /** How many begin in a second at most. */
  readonly perSecond: number;
  readonly signal: AbortSignal;
  readonly log: LoadLog;
}

/** Sends many things, some at a time, no faster than it may, and slower when the server has enough. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #gap: number;
  readonly #signal: AbortSignal;
  /** When the next one may begin, by `performance.now()`. */
  #next = 0;
  #pause = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#gap = 1_000 / options.perSecond;
    // Each that waits for its turn listens, and Node takes more than ten for a leak.
    this.#signal = AbortSignal.any([options.signal]);
    setMaxListeners(0, this.#signal);
  }

  /** Sends each of them. @throws the first error, once those that are under way have ended */
  async all<T>(items: Iterable<T>, send: (item: T) => Promise<void>): Promise<void> {
    const { concurrency } = this.#options;
    const waiting = items[Symbol.iterator]();
    let hasFailed = false;
    const work = async (): Promise<void> => {
      for (let next = waiting.next(); !next.done && !hasFailed; next = waiting.next())
        try {
          await this.#one(next.value, send);
        } catch (error) {
          hasFailed = true;
          throw error;
        }
    };
    const ended = await Promise.allSettled(Array.from({ length: concurrency }, work));
    for (const end of ended) if (end.status === 'rejected') throw end.reason;
  }

  async #one<T>(item: T, send: (item: T) => Promise<void>): Promise<void> {
    for (;;) {
      await this.#turn();
      try {
        await send(item);
        this.#pause = 0;
        return;
      } catch (error) {
        if (codeOf(error) !== RESOURCE_EXHAUSTED) throw error;
        this.#slowDown();
      }
    }
  }

  async #turn(): Promise<void> {
    const signal = this.#signal;
    signal.throwIfAborted();
    const now = performance.now();
    const at = Math.max(this.#next, now);
    this.#next = at + this.#gap;
    // A timer is not exact: what is due within a millisecond begins at once.
    if (at - now >= 1) await sleep(at - now, undefined, { signal });
  }

  #slowDown(): void {
    const now = performance.now();
    // Those that were under way together are told together.
    if (this.#next > now + this.#pause / 2 && this.#pause > 0) return;
    this.#pause = Math.min(Math.max(this.#pause * 2, FIRST_PAUSE), LONGEST_PAUSE);
    this.#next = now + this.#pause;
    this.#options.log.warn(
      'Temporal takes no more deliveries for now (RESOURCE_EXHAUSTED); the feed pauses',
      {
        milliseconds: this.#pause,
      },
    );
  }
}
