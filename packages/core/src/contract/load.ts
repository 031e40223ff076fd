import type { Checkpoint, EntityRef, FaultKind, PartialError } from './adapter';
import type { Entities, Json, Schema } from './schema';

/**
 * What a workflow hands to a `loadData` activity. It is in the history of every load: small, and free of
 * secrets.
 */
export interface LoadRequest {
  /** The source's name in the workflow. */
  readonly source: string;
  /** The adapter's query, as written. */
  readonly query: unknown;
  /** The npm package of the adapter, for the error when no worker has it. */
  readonly package?: string;
  /** The workflow's root entity. */
  readonly entity: EntityRef;
  /** The relation of the root entity that the records fill. Absent: the one record is the root entity. */
  readonly into?: string;
  /** The entities that the records can contain. */
  readonly schema: Schema;
  readonly apiUrl?: string;
  /** A credential reference. Absent: the source needs none. */
  readonly credential?: string;
  readonly checkpoint?: Checkpoint;
  /** Fingerprint of a credential that the source refused; it is not sent again. */
  readonly refused?: string;
  /** What the source says of its records; see `SourceOptions`. */
  readonly expect?: readonly string[];
  readonly emptyIsError?: boolean;
  /** Whether somebody asked for this load: a source's wish to be left alone may then be tried once. */
  readonly demanded?: boolean;
  /** Whether a sweep may remove as much as it likes: somebody said so. */
  readonly acceptsDeletions?: true;
  /** How many attempts may fail before the load does. @default as many as Temporal makes */
  readonly maximumAttempts?: number;
  /** Asks for one part of a result whose first part has arrived. */
  readonly part?: { readonly digest: string; readonly index: number };
}

/** What a `waitForChange` activity is given. */
export interface WatchRequest extends LoadRequest {
  /** The time from one look to the next, in milliseconds. */
  readonly every: number;
  /** Looks that find nothing double the time between them, up to this many milliseconds. */
  readonly max?: number;
  /** How much the time varies at random, as a part of it. */
  readonly jitter: number;
  /** The longest that the source may ask to be left alone without the workflow hearing of it, in milliseconds. */
  readonly deadline?: number;
}

/** `ApplicationFailure.type` of a watch's look that found nothing new. */
export const UNCHANGED_TYPE = 'unchanged';

/** What a `loadData` activity gives back. */
export type LoadResult = WholeResult | PartResult;

/** A result that is all there. */
export type WholeResult = UnchangedResult | SnapshotResult | DeltaResult;

/** One part of a result that is too large for one activity result. The parts' texts add up to its JSON. */
export interface PartResult {
  readonly outcome: 'part';
  /** Names the whole. A part of another whole cannot be added to it. */
  readonly digest: string;
  readonly index: number;
  /** How many parts there are. */
  readonly of: number;
  readonly text: string;
}

/** Nothing changed since the checkpoint. */
export interface UnchangedResult {
  readonly outcome: 'unchanged';
  /** The new checkpoint, when it differs from the one in the request. */
  readonly checkpoint?: Checkpoint;
}

/** The entities as the source holds them. */
export interface SnapshotResult {
  readonly outcome: 'snapshot';
  readonly entities: Entities;
  /** Whether these are all: only then may absence mean deletion. */
  readonly complete: boolean;
  /** Entities that the source says are gone. */
  readonly deletes?: readonly EntityRef[];
  /** Items for a list of the root entity that was not given whole. */
  readonly append?: { readonly field: string; readonly ids: readonly string[] };
  readonly checkpoint: Checkpoint;
  readonly partialErrors?: readonly PartialError[];
  /** See {@link DeltaResult.empty}. */
  readonly empty?: string;
}

/** What changed since the content that the request's checkpoint names. */
export interface DeltaResult {
  readonly outcome: 'delta';
  readonly changes: Patch;
  readonly checkpoint: Checkpoint;
  /** Fingerprint of the credential with which a whole list has become empty: it may be all that a refusal says. */
  readonly empty?: string;
}

/** A change to normalized entities, relative to what a source gave before. */
export interface Patch {
  /** New values of changed fields; a new entity has all its fields. */
  readonly set?: Entities;
  /** Fields that are gone. */
  readonly unset?: { readonly [entityName: string]: { readonly [id: string]: readonly string[] } };
  /** Edits of lists, applied to the list that the source gave before. */
  readonly splice?: {
    readonly [entityName: string]: { readonly [id: string]: { readonly [field: string]: Splice } };
  };
  /** Entities that are gone. */
  readonly deletes?: { readonly [entityName: string]: readonly string[] };
}

/** At `[0]` remove `[1]` items and insert those of `[2]`. */
export type Splice = readonly [start: number, remove: number, insert: readonly Json[]];

/** What travels in the `details` of a failed load's `ApplicationFailure`. */
export interface FaultDetails {
  readonly kind: FaultKind;
  /** Fingerprint of the credential in use, when there was one. */
  readonly credential?: string;
  /** How long the source asked to be left alone, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Whether the source refused what it was shown, which was no credential of the workflow's: a password of the worker's. */
  readonly refused?: true;
}

/** `ApplicationFailure.type` of a failed load: `fault.transient`, `fault.unauthorized`, … */
export const faultType = (kind: FaultKind): string => `fault.${kind}`;
