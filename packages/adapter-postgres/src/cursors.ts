/** Where the next load goes on, or how far this one got. Plain JSON; it is in workflow history. */
export type PostgresCursor = TransactionCursor | LagCursor | FeedCursor | SweepProgress;

/** What both kinds of incremental loads keep. */
interface SinceSweep {
  /** Names the database, the table's storage and its columns. When it differs, everything is read anew. */
  readonly about: string;
  /** When everything was last read, by the server's clock, in milliseconds. */
  readonly sweptAt: number;
}

/** Of a cursor that tells late rows by their transaction. See `incremental.ts`. */
export interface TransactionCursor extends SinceSweep {
  readonly kind: 'transactions';
  /** Rows below it are all known. @default none: nothing is sure yet */
  readonly low?: string;
  /** `key` becomes `low` when these transactions have ended. */
  readonly waits?: { readonly key?: string; readonly for: readonly string[] };
  /** Every transaction below it had ended when the rows were read. */
  readonly xmin: number;
  /** Transactions from `xmin` on whose rows were read, relative to it. */
  readonly seen: readonly number[];
}

/** Of a cursor with `lag`. */
export interface LagCursor extends SinceSweep {
  readonly kind: 'lag';
  /** Rows up to it are known. */
  readonly low: string;
}

/** Of a logical feed. */
export interface FeedCursor {
  readonly kind: 'feed';
  readonly slot: string;
  /** What is before it in the log is in the state. */
  readonly lsn: string;
  readonly about: string;
}

/** How far a load got; a new attempt starts over, since it would see another moment. */
export interface SweepProgress {
  readonly kind: 'progress';
  readonly rows: number;
}
