import type { SourceInfo, WorkflowStatus } from '../contract/wire';
import type { PendingWatch } from './pending-watches';

/** How a workflow is doing. */
export interface StatusReport {
  /** One that was terminated counts as cancelled, and one that timed out as failed. */
  readonly status: WorkflowStatus;
  /**
   * Why it failed; of one that runs, what is wrong with the workflow itself, or keeps it from continuing as new. Absent
   * when nothing does.
   */
  readonly problem?: string;
  /** When all of its sources had been looked at last, with success: ISO 8601. */
  readonly lastCheckedAt?: string;
  /** When the next of its sources is looked at: ISO 8601. Absent when only signals and updates cause a load. */
  readonly nextCheckAt?: string;
  /** Each source; one that is watched with what the server knows of the watch. */
  readonly sources: Readonly<Record<string, SourceInfo & { readonly watch?: PendingWatch }>>;
}
