import type { EntityRef, FaultKind, PartialError } from './adapter';
import type { CredentialReference } from './credential-reference';
import type { ParentLink, Subscription } from './hierarchy';
import type { MergeStrategy } from './merge-strategy';
import type { Entities, Fields, Json } from './schema';

export type { CredentialReference, MergeStrategy };

/** What a workflow is started with. */
export interface StartInput {
  /** The id of the root entity. */
  readonly id: string;
  /** The name of the root entity. @default the workflow type without its `Workflow` ending */
  readonly entityName?: string;
  /** Data to begin with: the root entity, denormalized. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** Entity state to begin with, normalized. */
  readonly state?: Entities;
  /** Base address for this workflow's sources: absolute, http or https, no credentials in it. */
  readonly apiUrl?: string;
  /** The credential that this workflow's sources use. */
  readonly apiToken?: CredentialReference;
  /** Workflows that hear of its changes from the start. @default none */
  readonly subscriptions?: readonly Subscription[];
  /** `'paused'` starts the workflow without a load. @default 'running' */
  readonly status?: 'running' | 'paused';
  /** The parent that starts it. Set by parents, not by clients. */
  readonly parent?: ParentLink;
}

/**
 * Payload of the `update` signal and update. At least one of `data`, `updates`, `add` and `remove`. {@link UpdateOf} is the
 * same by a schema.
 */
export interface UpdatePayload {
  /** The entity that `data` is, or that the change is about. */
  readonly entityName: string;
  /** One or several entities, denormalized. */
  readonly data?: Readonly<Record<string, unknown>> | readonly Readonly<Record<string, unknown>>[];
  /** Normalized entities. */
  readonly updates?: Entities;
  /** Fields to take away, of normalized entities. Goes with `updates`, which may be empty. */
  readonly unset?: ChangeSet['unset'];
  /**
   * The entity whose lists `add` and `remove` change.
   * @default the entity that `data` is, or the root entity, where it is of that name
   */
  readonly id?: string;
  /**
   * What is added to lists of the entity, by the relation: entities, denormalized, or ids. What a list holds already is not
   * added again. Who adds need not know what the list holds, so that of two who add at a time none is lost.
   */
  readonly add?: { readonly [list: string]: readonly (string | Readonly<Record<string, unknown>>)[] };
  /** Ids that are taken out of lists of the entity, by the relation. The entities go as those of any item that left. */
  readonly remove?: { readonly [list: string]: readonly string[] };
  /** @default '$merge' */
  readonly strategy?: MergeStrategy;
  /** The workflow id that the change came from; it does not hear of it again. */
  readonly changeOrigin?: string;
}

/** Payload of the `delete` signal. At least one of `data` and `deletions`. */
export interface DeletePayload {
  readonly entityName: string;
  /** One or several entities of `entityName`; their ids are enough. */
  readonly data?: Readonly<Record<string, unknown>> | readonly Readonly<Record<string, unknown>>[];
  /** Ids by entity name. */
  readonly deletions?: { readonly [entityName: string]: readonly string[] };
  readonly changeOrigin?: string;
}

/** What a workflow sends to those who subscribed to its changes, besides the change. */
interface Subscribed {
  /** Which of the subscriber's subscriptions asked for what is in the payload: one or several. */
  readonly subscriptionIds: readonly string[];
  /** The workflow that it comes from. */
  readonly changeOrigin: string;
}

/** Payload of the signal `update` as a subscriber gets it: `updates` and `unset`, normalized. */
export type SubscribedUpdate = Omit<UpdatePayload, 'data'> & Subscribed;

/** Payload of the signal `delete` as a subscriber gets it: `deletions`. */
export type SubscribedDelete = Omit<DeletePayload, 'data'> & Subscribed;

/** What a workflow is doing. `completed`, `cancelled` and `failed` are final. */
export type WorkflowStatus =
  'running' | 'paused' | 'degraded' | 'unauthorized' | 'completed' | 'cancelled' | 'failed';

/** Answer of the updates `refresh` and `rotateToken`, given after the load. */
export interface RefreshResult {
  /** What the load found, over all sources. `skipped`: the workflow is paused, it loads once resumed. */
  readonly outcome: 'changed' | 'unchanged' | 'failed' | 'skipped';
  /** How many entities were changed or removed. */
  readonly changed: number;
  /** When the load ended: ISO 8601. */
  readonly checkedAt: string;
  /** Why sources failed, by source. */
  readonly errors?: { readonly [source: string]: string };
}

/** Answer of the update `update`. */
export interface ChangeSummary {
  /** Entities that were new or changed. */
  readonly upserted: number;
  /** Entities that were removed. */
  readonly deleted: number;
}

/** What an integration really changed. */
export interface ChangeSet {
  /** Changed fields only; a new entity has all its fields. */
  readonly upserts: { readonly [entityName: string]: { readonly [id: string]: Fields } };
  /** Fields that went away. */
  readonly unset: { readonly [entityName: string]: { readonly [id: string]: readonly string[] } };
  /** Entities that went, before the upserts: one that came back is in both. */
  readonly deletes: readonly EntityRef[];
  /** Where it came from: a source's name, or the workflow id of a `changeOrigin`. */
  readonly origin?: string;
}

/** Answer of the query `sources`, per source. */
export interface SourceInfo {
  readonly adapter: string;
  /** The task queue whose workers load it, where that is not the workflow's own. */
  readonly taskQueue?: string;
  /** What the last load gave; absent before the first. */
  readonly lastOutcome?: 'unchanged' | 'delta' | 'snapshot' | 'failed';
  /** When the source was last looked at with success: ISO 8601. */
  readonly lastCheckedAt?: string;
  /** When it last brought a change: ISO 8601. */
  readonly lastChangedAt?: string;
  readonly checkpoint?: Json;
  readonly lastError?: SourceError;
  /** What the last load could not give, the first few of it: it took in the rest, and removed nothing. */
  readonly partialErrors?: readonly PartialError[];
  /** The sweep that was not taken in because it would have removed too much. */
  readonly refusedSweep?: RefusedSweepInfo;
  /** The feed that brings it. */
  readonly fedBy?: string;
  /** The newest delivery: the workflow that is the feed, and when that asked the source, in ISO 8601. */
  readonly delivered?: { readonly from: string; readonly at: string };
  /** When it is looked at next, where the workflow decides that: ISO 8601. Absent while it is watched. */
  readonly nextCheckAt?: string;
  /** What is wrong although it loads: a token in plaintext; of a typed client also that nobody is there to load it. */
  readonly warning?: string;
}

/** Answer of the query `provenanceOf`, one for each source that gives the entity. */
export interface ProvenanceInfo {
  readonly source: string;
  /** When the source was last looked at and still gave the entity: ISO 8601. */
  readonly seenAt: string;
  /** When the source last gave something new of the entity: ISO 8601. */
  readonly changedAt: string;
}

/** A sweep that the breaker refused. */
export interface RefusedSweepInfo {
  /** How many entities it would have removed. */
  readonly deletes: number;
  /** Of how many. */
  readonly of: number;
  /** ISO 8601. */
  readonly at: string;
}

/** Optional payload of the `refresh` signal and update. */
export interface RefreshRequest {
  /** The sources to ask; others that were loaded once are left as they are. @default all */
  readonly sources?: readonly string[];
  /** Lets the next sweep of these sources, or of all, remove more than `maxDeleteRatio` allows; once. */
  readonly acceptDeletions?: true | readonly string[];
}

/** Why a source's last load failed. */
export interface SourceError {
  readonly kind: FaultKind;
  readonly message: string;
  /** ISO 8601. */
  readonly at: string;
  /** Failed loads in a row. */
  readonly failures: number;
}

/** Answer of the query `apiToken`. Never the secret. */
export interface TokenInfo {
  /** What it was given as; `plaintext` for a token that is no reference. */
  readonly reference: string;
  /** Tells secrets apart; known once a load has resolved the reference. */
  readonly fingerprint?: string;
}

/** Answer of the query `rejectedSignals`. */
export interface RejectedSignals {
  /** How many were refused in the workflow's life. */
  readonly count: number;
  /** The most recent ones, oldest first; at most 20. */
  readonly recent: readonly RejectedSignal[];
}

/** One refused signal or start argument. */
export interface RejectedSignal {
  /** The signal's name, or `start` for a start argument. */
  readonly signal: string;
  /** What is wrong and what to send instead; never the payload. */
  readonly reason: string;
  /** ISO 8601. */
  readonly at: string;
}
