import { FIND_ENDED, type RunRef } from './activities';
import type { Child } from './child';
import type { Children } from './children';
import type { Rounds } from './rounds';
import type { Temporal } from './temporal';

/** How long one attempt may take: so long, and so long for each child; milliseconds. */
const ATTEMPT_MS = 60_000;
const CHILD_MS = 50;

/**
 * Has the worker see from time to time whether the children are still there that this run does not follow, since the
 * run before started them, or another parent: one that was terminated cannot say so. One activity looks at all of
 * them, and the server repeats it without writing history.
 */
export class ChildWatch {
  readonly #children: Pick<Children, 'all' | 'paths' | 'noticed'>;
  readonly #context: Temporal;
  readonly #rounds: Rounds;
  /** Ends the watch; absent while there is nobody to watch. */
  #stop?: () => void;
  /** Whether it is settled at whom the worker looks. */
  #isLooking = false;

  constructor(children: Pick<Children, 'all' | 'paths' | 'noticed'>, context: Temporal, rounds: Rounds) {
    this.#context = context;
    this.#children = children;
    this.#rounds = rounds;
  }

  /** Begins to watch, unless it does already or there is nobody to watch. */
  begin(): void {
    if (this.#stop || this.#unfollowed().length === 0 || !this.#context.has('watchedChildren')) return;
    this.#stop = this.#context.lookAside(() => this.#watch());
  }

  /** A child has joined: if this run does not follow it, the next look is at it, too. */
  joined(child: Child): void {
    if (!child.unfollowed) return;
    if (this.#isLooking) this.stop();
    this.begin();
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#isLooking = false;
  }

  /** For continue-as-new: when the next look is due, where there is one. */
  carry(): number | undefined {
    return this.#rounds.carry();
  }

  #unfollowed(): RunRef[] {
    return [...this.#children.all()].flatMap(({ unfollowed }) => unfollowed ?? []);
  }

  async #watch(): Promise<void> {
    const every = Math.min(...this.#children.paths.map(({ checkEveryMs }) => checkEveryMs));
    for (;;) {
      await this.#rounds.next(every);
      const children = this.#unfollowed();
      if (children.length === 0) break;
      const { [FIND_ENDED]: findEnded } = this.#context.looks({
        startToCloseTimeout: ATTEMPT_MS + CHILD_MS * children.length,
        retry: { initialInterval: every, backoffCoefficient: 1 },
        summary: 'watch children',
      });
      this.#isLooking = true;
      const ended = await findEnded({ children, every });
      this.#isLooking = false;
      // As if they had said so themselves.
      for (const notice of ended) this.#children.noticed(notice);
    }
    this.#stop = undefined;
  }
}
