/** What a feed has done in its life. */
export interface FeedCounts {
  readonly delivered: number;
  readonly gone: number;
  readonly absent: number;
  readonly refused: number;
}

/** What a feed's look leaves for the next one. It is in workflow history: no records, no ids, and small. */
export interface FeedCursor extends FeedCounts {
  /** When the feed began: milliseconds since 1970, by the server's clock. */
  readonly epoch: number;
  /** The position of the last delivery. */
  readonly position: number;
  /** Whether the collection was read to its end once. */
  readonly isRead?: true;
  /** Where the source's next incremental load goes on. */
  readonly cursor?: unknown;
  /** Where to go on in the middle of reading it, by the source's own word. */
  readonly place?: { readonly resume: unknown; readonly isFirst?: true };
  /** When the last sweep began: milliseconds since 1970. */
  readonly sweptAt?: number;
  readonly incomplete?: string;
  readonly refusedSweep?: { readonly deletes: number; readonly of: number };
  /** Whether the workflow was told to have the feed look again at once. */
  readonly isBusy?: true;
  /** When the workflow last heard of the counts: milliseconds since 1970. */
  readonly shownAt: number;
  /** Whether they have changed since. */
  readonly isUnshown?: true;
}

/** A cursor that a look writes to. */
export type Progress = { -readonly [K in keyof FeedCursor]: FeedCursor[K] };
