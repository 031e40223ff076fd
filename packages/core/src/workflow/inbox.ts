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

const NAMED = 'refresh:';

/** A trigger as it waits: a `refresh` may be of one source alone. */
export type Trigger = TriggerName | `${typeof NAMED}${string}`;

/** A `refresh` of some sources; of all where none is named. */
export const refreshes = (sources: readonly string[]): readonly Trigger[] =>
  sources.length > 0 ? sources.map((source): Trigger => `${NAMED}${source}`) : ['refresh'];

/** The sources that a `refresh` named. */
export const namedIn = (triggers: Iterable<Trigger>): ReadonlySet<string> =>
  new Set([...triggers].filter((one) => one.startsWith(NAMED)).map((one) => one.slice(NAMED.length)));

/** Triggers as the class hears of them. */
export const toldAs = (triggers: Iterable<Trigger>): ReadonlySet<TriggerName> =>
  new Set([...triggers].map((one) => (one.startsWith(NAMED) ? 'refresh' : (one as TriggerName))));

/** Triggers that wait for the next cycle. Those that arrive together make one. */
export class Inbox extends Set<Trigger> {
  /** Takes out everything that waits. */
  take(): Set<Trigger> {
    const taken = new Set(this);
    this.clear();
    return taken;
  }
}
