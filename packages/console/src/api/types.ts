import type {
  Ancestor,
  ChildInfo,
  ManagedPathInfo,
  RefreshResult,
  StatusReport,
  SubscriptionInfo,
} from '@stateful-workflow/core/client';
import type { RejectedSignals, TokenInfo } from '@stateful-workflow/core';

/** What the console tells a page of itself, before anything else. */
export interface SessionInfo {
  /** Whether somebody has to sign in, and whether this page has. */
  readonly needsToken: boolean;
  readonly signedIn: boolean;
  /** What actions have to send in the header `x-csrf-token`. Absent until the page has signed in. */
  readonly csrf?: string;
  readonly about?: About;
}

/** What the console looks at. */
export interface About {
  readonly namespace: string;
  readonly address: string;
  readonly taskQueue?: string;
  readonly query?: string;
  readonly readOnly: boolean;
  /** Whether the console can seal a token, so that its value may be given. */
  readonly canSeal: boolean;
  /** Where Temporal's UI is, without a slash at its end. */
  readonly temporalUi?: string;
}

/** How a workflow of a fleet is. */
export interface Row {
  readonly id: string;
  readonly type: string;
  readonly status: string;
  /** What is wrong, in a sentence. */
  readonly reason?: string;
  /** When all of its sources had been looked at last, with success: ISO 8601. */
  readonly checkedAt?: string;
  /** When one of its sources last brought a change: ISO 8601. */
  readonly changedAt?: string;
  /** When it is looked at next: ISO 8601. */
  readonly nextAt?: string;
  readonly startedAt: string;
  readonly closedAt?: string;
  /** How many events the history of the run has, and how large it is in bytes. */
  readonly events?: number;
  readonly bytes?: number;
  /** How many sources it has; absent until it was asked. */
  readonly sources?: number;
  /** The feed that brings one of its sources. */
  readonly fedBy?: string;
  /** Present for a feed. */
  readonly feed?: FeedInfo;
}

/** How a feed is. Counts are of its whole life. */
export interface FeedInfo {
  readonly delivered: number;
  readonly gone: number;
  readonly absent: number;
  readonly refused: number;
  readonly isBusy: boolean;
  readonly sweptAt?: string;
}

/** How far the console is with a fleet. */
export interface FleetProgress {
  /** How many workflows run, and of how many the console knows how they are. */
  readonly running: number;
  readonly read: number;
  /** How many run that are no Stateful Workflow. */
  readonly others: number;
}

/** What the console says to a page of a fleet: all of it at first, then what changed. */
export type FleetMessage =
  | ({ readonly kind: 'all'; readonly rows: readonly Row[] } & Timed)
  | ({ readonly kind: 'some'; readonly rows: readonly Row[]; readonly gone: readonly string[] } & Timed)
  | { readonly kind: 'trouble'; readonly message: string };

interface Timed {
  readonly progress: FleetProgress;
  /** The time of the console's machine, by which ages are told: ISO 8601. */
  readonly now: string;
}

/** A minute of a fleet, as this console saw it. */
export interface Minute {
  /** When it began: ISO 8601. */
  readonly at: string;
  /** Loads and looks that were seen, by what came of them. */
  readonly changed: number;
  readonly unchanged: number;
  readonly failed: Readonly<Record<string, number>>;
  /** Events that histories grew by. */
  readonly events: number;
  /** Billable Actions, reckoned from what was seen; and the queries that the console itself asked. */
  readonly actions: number;
  readonly asked: number;
  /** The longest time since a feed last looked, in seconds, by feed. */
  readonly lag: Readonly<Record<string, number>>;
}

/** What one workflow is, whole. */
export interface Detail {
  readonly id: string;
  readonly type: string;
  readonly runId: string;
  readonly taskQueue: string;
  readonly startedAt: string;
  readonly closedAt?: string;
  readonly status: string;
  readonly reason?: string;
  readonly events: number;
  readonly bytes: number;
  /** Absent where the workflow did not answer: `reason` says why. */
  readonly said?: Said;
}

/** What a workflow says of itself. */
export interface Said {
  readonly entityName: string;
  readonly entityId: string;
  readonly report: StatusReport;
  readonly state: Entities;
  readonly ancestors: readonly Ancestor[];
  readonly children: readonly ChildInfo[];
  readonly managedPaths: Readonly<Record<string, ManagedPathInfo>>;
  readonly subscriptions: readonly SubscriptionInfo[];
  readonly rejected: RejectedSignals;
  readonly token?: TokenInfo;
  readonly apiUrl?: string;
}

/** Normalized entities: by name and id, their fields. */
export type Entities = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

/** What changed between two looks of the console at a workflow. */
export interface Change {
  /** When the console saw it: ISO 8601. */
  readonly at: string;
  /** The sources that brought a change in between; none where a signal, an update or the workflow's code did. */
  readonly sources: readonly string[];
  readonly entities: readonly EntityChange[];
  /** How many more entities changed than are listed. */
  readonly more: number;
}

/** What changed of one entity. */
export interface EntityChange {
  readonly name: string;
  readonly id: string;
  readonly kind: 'added' | 'changed' | 'removed';
  readonly fields: readonly FieldChange[];
}

/** A field as it was and is; what was or is not there is absent. */
export interface FieldChange {
  readonly field: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What the console says to a page of one workflow. */
export type WorkflowMessage =
  | {
      readonly kind: 'detail';
      readonly detail: Detail;
      readonly changes: readonly Change[];
      readonly now: string;
    }
  | { readonly kind: 'missing' }
  | { readonly kind: 'trouble'; readonly message: string };

/** What a page asks a workflow to do. */
export type Action =
  | { readonly do: 'refresh'; readonly sources?: readonly string[] }
  | { readonly do: 'acceptDeletions'; readonly sources: readonly string[] }
  | { readonly do: 'pause' | 'resume' | 'cancel' | 'roll' }
  | { readonly do: 'rotateToken'; readonly reference: string }
  | { readonly do: 'sealToken'; readonly value: string; readonly origins: readonly string[] }
  | { readonly do: 'setApiUrl'; readonly url: string }
  | {
      readonly do: 'edit';
      readonly entityName: string;
      readonly id: string;
      readonly field: string;
      readonly value: unknown;
    }
  | { readonly do: 'startChild'; readonly path: string; readonly id: string };

/** What came of it, by what the workflow answered. */
export interface ActionResult {
  readonly ok: boolean;
  /** A sentence for a person. */
  readonly said: string;
  readonly load?: RefreshResult;
}
