import { CancellationScope, isCancellation, proxyActivities, sleep } from '@temporalio/workflow';
import { FIND_STUCK, type HierarchyActivities } from './activities';
import type { Children } from './children';

/** Longest time between two looks at children that do not get on. */
const LONGEST_MS = 60 * 60_000;
/** How many are looked at in one activity. */
const MOST = 500;

/**
 * Looks, some time after children were started, at those that have not been heard of: a workflow whose type no
 * worker knows is started like any other and then gets nowhere, which only the server can tell.
 */
export class StartCheck {
  readonly #children: Children;
  #scope?: CancellationScope;

  constructor(children: Children) {
    this.#children = children;
  }

  /** Begins to wait for the time to look, unless it does already or there is nothing to look at. */
  begin(): void {
    if (this.#scope !== undefined || this.#unheard.length === 0) return;
    const scope = (this.#scope = new CancellationScope());
    scope
      .run(() => this.#look())
      .catch((error: unknown) => {
        // A worker that cannot look leaves it at that, until there are other children.
        if (!isCancellation(error)) for (const child of this.#unheard) child.heard = true;
      })
      .finally(() => (this.#scope = undefined));
  }

  stop(): void {
    this.#scope?.cancel();
  }

  get #unheard() {
    return [...this.#children.all].filter((child) => child.status === 'running' && !child.heard);
  }

  async #look(): Promise<void> {
    const activities = proxyActivities<HierarchyActivities>({
      startToCloseTimeout: '1 minute',
      scheduleToCloseTimeout: '5 minutes',
      summary: 'look at children',
    });
    let pause = Math.min(...this.#children.paths.map(({ checkEveryMs }) => checkEveryMs));
    for (; this.#unheard.length > 0; pause = Math.min(pause * 2, LONGEST_MS)) {
      await sleep(pause);
      for (let children = this.#unheard; children.length > 0;) {
        const some = children.splice(0, MOST);
        const stuck = await activities[FIND_STUCK](some.map((child) => child.workflowId));
        for (const child of some) {
          child.error = stuck[child.workflowId];
          child.heard ||= child.error === undefined;
        }
      }
    }
  }
}
