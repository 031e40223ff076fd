import type { CancellationScope } from '@temporalio/workflow';
import type { EntityRef } from '../contract/adapter';
import type { Schema } from '../contract/schema';
import type { ChangeSet, CredentialReference } from '../contract/wire';
import type { EntityState } from '../state/entity-state';
import type { Temporal } from './temporal';

/** How a workflow ends when no parent needs it any more. */
export type Ending = 'completed' | 'cancelled';

/** What a hierarchy needs of the workflow whose place it is. */
export interface HierarchyHost {
  readonly root: EntityRef;
  readonly schema: Schema;
  readonly state: EntityState;
  readonly apiUrl?: string;
  readonly apiToken?: CredentialReference;
  /** What runs in it goes on when the workflow is cancelled. */
  readonly shield: Pick<CancellationScope, 'run'>;
  /** How the workflow ends, once it is known. */
  readonly ending: Ending | undefined;
  readonly inbox: { add(trigger: 'childEnded' | 'refresh' | 'resume'): void };
  readonly refusals: { add(signal: string, error: unknown): void };
  setApiUrl(url: string): void;
  setApiToken(reference: CredentialReference): void;
  /** Something changed because others came or went. */
  took(changes: ChangeSet): void;
  /** Something changed because a parent left: a cycle begins. */
  changed(changes: ChangeSet, trigger: 'update'): void;
  /** Cancels the load that is running. */
  supersede(): void;
  /** Shows how it is in Temporal's UI. */
  show(): void;
}

/** Who a workflow is. */
export interface Self {
  readonly workflowId: string;
  /** Its first run, made short or as it is: another workflow of its id is another one. */
  readonly runId: string;
}

/** What this workflow is to another one. Two that hold each other's items are both to each other. */
export type End = 'parent' | 'child' | 'stranger';

/** Who sends what there is to send. */
export interface Wakeable {
  /** There is something to send to a workflow: as one of its parents, as its child, or as neither. */
  wake(peer: string, as: End): void;
}

/** What an exchange needs of the hierarchy around it. */
export interface ExchangeHost extends Wakeable {
  /** Something changed, and with it perhaps which items have children: they are to be opened and closed. */
  changed(changes: ChangeSet): void;
  /** A parent has let the workflow go, or is there no more. */
  left(peer: string): void;
  /** The workflow pauses from now on, or goes on. */
  paused(isPaused: boolean): void;
  /** Whether the workflow's run has a change of what workflows send. */
  has: Temporal['has'];
  /** What is made of an item for a child that is not given it as it is. */
  make(item: EntityRef): Readonly<Record<string, unknown>>;
}
