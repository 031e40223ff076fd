import type { TokenInfo, WorkflowStatus } from '@stateful-workflow/core';
import type { StatusReport } from '@stateful-workflow/core/client';
import type { ClosedStatus } from '../temporal/execution';
import type { ChildInfo, ChildStatus } from './wire';

/**
 * How a workflow in a tree is:
 * - its own word, where it answers: `running`, `paused`, `degraded`, `unauthorized`, `completed`, `cancelled`
 * - how it ended, as the server has it: also `failed`, `terminated`, `timed-out`
 * - `failing`: it runs, but its workflow task fails again and again
 * - `silent`: it runs, but does not answer
 * - `missing`: the server knows no such workflow, and its parent believes there is one
 * - its parent's word, where the server knows no such workflow: also `starting`
 * - `unknown`: neither it nor the server would tell; `error` says why
 */
export type NodeStatus =
  WorkflowStatus | ClosedStatus | ChildStatus | 'failing' | 'silent' | 'missing' | 'unknown';

/** What one workflow, or the server in its place, says of itself. */
export interface Reading {
  /** Absent when the server knows no such workflow. */
  readonly status?: NodeStatus;
  readonly workflowType?: string;
  /** When it ended: ISO 8601. */
  readonly closedAt?: string;
  /** Its own answer about itself and its sources. Absent when it was not asked, or did not answer. */
  readonly report?: StatusReport;
  /** Its credential's reference and fingerprint; never a secret. */
  readonly token?: TokenInfo;
  /** What is wrong, on one line. */
  readonly error?: string;
  /** Its children as it knows them. Absent when it was not asked, or did not answer. */
  readonly children?: readonly ChildInfo[];
}

/** A workflow in a tree. JSON of it is what `tree --json` prints. */
export interface TreeNode {
  readonly workflowId: string;
  readonly workflowType?: string;
  /** The entity it is the home of, as its parent has it. */
  readonly entityName?: string;
  readonly id?: string;
  /** The managed path of its parent that its item is on. */
  readonly path?: string;
  readonly status: NodeStatus;
  /** What its parent says of it, where it did not answer itself. */
  readonly parentSays?: ChildStatus;
  /** When it ended: ISO 8601. */
  readonly closedAt?: string;
  /** When all of its sources had been looked at last, with success: ISO 8601. Absent before that. */
  readonly lastCheckedAt?: string;
  /** How many sources it has. */
  readonly sourceCount?: number;
  /** Its credential's reference and fingerprint; never a secret. */
  readonly token?: TokenInfo;
  /** What is wrong, on one line. */
  readonly error?: string;
  /** It stands at an earlier place of the tree as well, and its children there. */
  readonly repeated?: true;
  /** How many children it has. */
  readonly childCount?: number;
  /** Its children; absent where it has none, is `repeated`, or is as deep as was asked for. */
  readonly children?: readonly TreeNode[];
}
