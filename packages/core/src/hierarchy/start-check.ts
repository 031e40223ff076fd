import { FIND_STUCK } from './activities';
import type { Child } from './child';
import type { Children } from './children';
import type { Temporal } from './temporal';

/** Longest time before the first look, so that a mistake shows soon. */
const FIRST_MS = 60_000;
/** Longest time between two looks at children that do not get on. */
const LONGEST_MS = 60 * 60_000;
/** How many are looked at in one activity. */
const MOST = 500;

/**
 * Looks, some time after children were started, at those that have not been heard of: a workflow whose type no
 * worker knows is started like any other and then gets nowhere, which only the server can tell.
 */
export class StartCheck {
  readonly #children: Pick<Children, 'all' | 'paths'>;
  readonly #context: Temporal;
  /** Ends the wait for the next look; absent while there is nothing to look at. */
  #stop?: () => void;

  constructor(children: Pick<Children, 'all' | 'paths'>, context: Temporal) {
    this.#children = children;
    this.#context = context;
  }

  /** Begins to wait for the time to look, unless it does already or there is nothing to look at. */
  begin(): void {
    if (this.#stop || this.#unheard().length === 0) return;
    this.#stop = this.#context.lookAside(
      () => this.#look(),
      () => {
        // Until there are other children.
        for (const child of this.#unheard()) child.known.heard = true;
        this.#stop = undefined;
      },
    );
  }

  stop(): void {
    this.#stop?.();
  }

  #unheard(): Child[] {
    return [...this.#children.all()].filter((child) => child.status === 'running' && !child.known.heard);
  }

  async #look(): Promise<void> {
    const { looks, sleep } = this.#context;
    const { [FIND_STUCK]: findStuck } = looks({
      scheduleToCloseTimeout: '5 minutes',
      summary: 'look at children',
    });
    let pause = Math.min(FIRST_MS, ...this.#children.paths.map(({ checkEveryMs }) => checkEveryMs));
    for (; this.#unheard().length > 0; pause = Math.min(pause * 2, LONGEST_MS)) {
      await sleep(pause);
      for (let children = this.#unheard(); children.length > 0;) {
        const some = children.splice(0, MOST);
        const stuck = await findStuck(some.map((child) => child.workflowId));
        for (const child of some) {
          child.known.error = stuck[child.workflowId];
          child.known.heard ||= !child.known.error;
        }
      }
    }
    this.#stop = undefined;
  }
}
