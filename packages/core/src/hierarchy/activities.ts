/** What {@link HierarchyActivities} are named; they are core's, whatever adapters a worker has. */
export const FIND_ORPHANED = 'stateful.findOrphaned';
export const FIND_STUCK = 'stateful.findStuck';
export const REQUEST_CANCEL = 'stateful.requestCancel';

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

/** The run that `stateful.requestCancel` is about. */
export interface RunRef {
  readonly workflowId: string;
  readonly runId: string;
}

/** What only the server can answer or do; the worker asks it. */
export interface HierarchyActivities {
  /** Completes once a parent is not running any more, with the ids of those that are not. */
  [FIND_ORPHANED](request: OrphanRequest): Promise<readonly string[]>;
  /** Which of these workflows do not get on, and why; by workflow id. */
  [FIND_STUCK](workflowIds: readonly string[]): Promise<Readonly<Record<string, string>>>;
  /** Requests the cancellation of the workflow that asks for it. */
  [REQUEST_CANCEL](run: RunRef): Promise<void>;
}
