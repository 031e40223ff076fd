/** What can start a cycle. */
export type TriggerName =
  | 'start'
  | 'interval'
  | 'news'
  | 'update'
  | 'delete'
  | 'data'
  | 'child'
  | 'childEnded'
  | 'apiToken'
  | 'apiUrl'
  | 'refresh'
  | 'resume'
  | 'retry'
  | 'request';

/** Triggers that wait for the next cycle. Those that arrive together make one. */
export class Inbox extends Set<TriggerName> {
  /** Takes out everything that waits. */
  take(): Set<TriggerName> {
    const taken = new Set(this);
    this.clear();
    return taken;
  }
}
