/** How the workflows of a fleet learn of changes. */
export type Way = 'watch' | 'every' | 'hints' | 'parent' | 'feed' | 'webhooks' | 'feed-webhooks';

/** A fleet, as its costs follow from it. */
export interface Fleet {
  /** How many entities have a workflow. */
  readonly entities: number;
  /** The time from one look to the next, in milliseconds. With hints and webhooks: the longest. Of a feed: between its own looks. */
  readonly every: number;
  /** How many sources each workflow that looks has. With feeds: how many feeds there are. */
  readonly sources: number;
  /** How often an entity changes in a day. */
  readonly changes: number;
  /** How many children a parent loads for. */
  readonly children: number;
  /** How often parent and child look after each other, in milliseconds. */
  readonly checkEvery: number;
  /** The bytes of an entity's state, as JSON. */
  readonly stateBytes: number;
}

/** What a fleet costs in a month of 30 days. */
export interface Usage {
  /** To the sources. */
  readonly requests: number;
  /** Billable ones. */
  readonly actions: number;
  /** Of history, written. */
  readonly historyBytes: number;
  /** Of workflows that run, on average. */
  readonly activeBytes: number;
}
