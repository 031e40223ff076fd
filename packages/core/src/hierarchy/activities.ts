import type { ChildNotice } from '../contract/hierarchy';

/** What {@link HierarchyActivities} are named; they are core's, whatever adapters a worker has. */
export const FIND_ORPHANED = 'stateful.findOrphaned';
export const FIND_ENDED = 'stateful.findEnded';
export const FIND_STUCK = 'stateful.findStuck';
export const REQUEST_CANCEL = 'stateful.requestCancel';

/** A workflow, and the first of its runs where that is known. */
export interface WorkflowRef {
  readonly workflowId: string;
  readonly runId?: string;
}

/** A parent, as its child knows it. */
export interface ParentRef extends WorkflowRef {
  /** Since when the child has known it as it is, in milliseconds: a reset since then is told. @default none is */
  readonly since?: number;
}

/** A parent that runs, and has been reset: it may have forgotten the child. */
export interface ResetParent {
  readonly reset: string;
}

/** What `stateful.findOrphaned` is asked. */
export interface OrphanRequest {
  readonly parents: readonly ParentRef[];
  /** The time from one look to the next, in milliseconds. */
  readonly every: number;
}

/** What `stateful.findEnded` is asked. */
export interface EndRequest {
  readonly children: readonly RunRef[];
  /** The time from one look to the next, in milliseconds. */
  readonly every: number;
}

/** A run of a workflow, or the first one of several. */
export interface RunRef {
  readonly workflowId: string;
  readonly runId: string;
}

/** What only the server can answer or do; the worker asks it. */
export interface HierarchyActivities {
  /** Completes once a parent is not running any more or has been reset, with the ids of those that are not, and who was. */
  [FIND_ORPHANED](request: OrphanRequest): Promise<readonly (string | ResetParent)[]>;
  /** Completes once a child is not running any more, with what those that are not would have said of it. */
  [FIND_ENDED](request: EndRequest): Promise<readonly ChildNotice[]>;
  /** Which of these workflows do not get on, and why; by workflow id. */
  [FIND_STUCK](workflowIds: readonly string[]): Promise<Readonly<Record<string, string>>>;
  /** Requests the cancellation of the workflow that asks for it. */
  [REQUEST_CANCEL](run: RunRef): Promise<void>;
}
