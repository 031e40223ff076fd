/** What a feed shows of itself: its root entity, as the query `data` gives it. Counts are of its whole life. */
export interface FeedData {
  /** Which part of the collection it reads, as it was started: `all`, or a partition. */
  readonly id: string;
  /** Whether it is in the middle of reading the source, or about to read all of it. */
  readonly isBusy: boolean;
  /** Changed records that workflows have accepted. */
  readonly delivered: number;
  /** Workflows that were told that their entity is gone. */
  readonly gone: number;
  /** Records whose workflow does not run and was not to be started. */
  readonly absent: number;
  /** Records without a usable id, or whose workflow Temporal did not let them reach; the worker's log says which. */
  readonly refused: number;
  /** When the last sweep began: ISO 8601. */
  readonly sweptAt?: string;
  /** Why the last sweep told nobody that an entity is gone. */
  readonly incomplete?: string;
  /** The last sweep that would have ended too many workflows: how many it would have, and of how many. */
  readonly refusedSweep?: { readonly deletes: number; readonly of: number };
}
