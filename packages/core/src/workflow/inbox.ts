/** What can start a cycle. */
export type TriggerName =
  | 'start'
  | 'interval'
  | 'news'
  | 'update'
  | 'delete'
  | 'data'
  | 'child'
  | 'apiToken'
  | 'apiUrl'
  | 'refresh'
  | 'resume'
  | 'retry'
  | 'request';

/** Triggers that wait for the next cycle. Those that arrive together make one. */
export class Inbox {
  #waiting = new Set<TriggerName>();

  constructor(waiting: Iterable<TriggerName> = []) {
    this.#waiting = new Set(waiting);
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  add(trigger: TriggerName): void {
    this.#waiting.add(trigger);
  }

  /** Takes out everything that waits. */
  take(): ReadonlySet<TriggerName> {
    const taken = this.#waiting;
    this.#waiting = new Set();
    return taken;
  }

  /** What waits, for continue-as-new. */
  carry(): TriggerName[] {
    return [...this.#waiting];
  }
}
