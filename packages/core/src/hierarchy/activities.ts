/** What {@link HierarchyActivities} are named; they are core's, whatever adapters a worker has. */
export const FIND_ORPHANED = 'stateful.findOrphaned';
export const FIND_STUCK = 'stateful.findStuck';

/** A parent, and the first of its runs where that is known. */
export interface ParentRef {
  readonly workflowId: string;
  readonly runId?: string;
}

/** What `stateful.findOrphaned` is asked. */
export interface OrphanRequest {
  readonly parents: readonly ParentRef[];
  /** The time from one look to the next, in milliseconds. */
  readonly every: number;
}

/** Looks that only the server can answer; the worker asks it. */
export interface HierarchyActivities {
  /** Completes once a parent is not running any more, with the ids of those that are not. */
  [FIND_ORPHANED](request: OrphanRequest): Promise<readonly string[]>;
  /** Which of these workflows do not get on, and why; by workflow id. */
  [FIND_STUCK](workflowIds: readonly string[]): Promise<Readonly<Record<string, string>>>;
}
