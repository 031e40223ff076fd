import { milliseconds } from '../contract/duration';
import type { Checkpoint, PartialError } from '../contract/adapter';
import { wholeNumber } from '../contract/check';
import type { Position } from '../contract/delivery';
import type { WholeResult } from '../contract/load';
import type { SourceDefinition, SourceOptions } from '../contract/source';
import type { RefusedSweepInfo, SourceError, SourceInfo } from '../contract/wire';
import type { Json } from '../contract/schema';
import { iso } from '../base/iso';
import type { LoadFault } from './load-fault';
import { backoff, refusedFor } from './refresh';

/** What a workflow knows of one of its sources, besides the data. It travels through continue-as-new as it is. */
export interface CarriedSource {
  outcome?: SourceInfo['lastOutcome'];
  /** When it was last looked at with success, in milliseconds; absent until it has been loaded. */
  checkedAt?: number;
  /** When it last brought a change, in milliseconds. */
  changedAt?: number;
  checkpoint?: Checkpoint;
  /** What its last load could not give. */
  partialErrors?: readonly PartialError[];
  /** How its last load failed. */
  error?: SourceError;
  /** When it is tried again after failed loads, in milliseconds. */
  retryAt?: number;
  /** Fingerprint of the credential that the source refused. */
  refused?: string;
  /** How often it did, and when that credential is sent again by itself, in milliseconds. */
  refusals?: { readonly count: number; readonly until: number };
  /** Whether `execute()` may run although the last load failed. */
  tolerated?: boolean;
  /** The last sweep that the breaker refused. */
  refusedSweep?: RefusedSweepInfo;
  /** Whether the next sweep may remove as much as it likes. */
  acceptsDeletions?: boolean;
  /** Of a source that a feed brings: the newest delivery that is known. */
  fed?: Position;
  /** When the workflow itself last looked at a source that a feed brings, in milliseconds. */
  lookedAt?: number;
  /** Whether a delivery came of which nobody knows whether that look was newer: the source is to be asked. */
  isInDoubt?: true;
}

/** How long and how often a source may be tried; milliseconds. */
export interface SourceLimits {
  readonly startToCloseTimeout: number;
  readonly scheduleToCloseTimeout: number;
  readonly maximumAttempts: number;
}

/** One source of a running workflow: its definition, its checkpoint and how its loads went. */
export class SourceState {
  readonly limits: SourceLimits;
  /** Since when its load has been under way, in milliseconds. */
  loadingSince?: number;

  /**
   * @param into the relation of the root entity that it fills; `undefined` for the root entity itself
   * @throws InvalidInputError when a limit cannot be used
   */
  constructor(
    readonly name: string,
    readonly definition: SourceDefinition,
    readonly into: string | undefined,
    public known: CarriedSource = {},
  ) {
    this.limits = limitsOf(name, definition);
  }

  /** Whether `execute()` may run: it was loaded once, and its last load went well or its failure is tolerated. */
  get isReady(): boolean {
    const { checkedAt, error, tolerated } = this.known;
    return checkedAt !== undefined && (!error || tolerated === true);
  }

  /** Whether it has been loaded and its last load went well. */
  get isCurrent(): boolean {
    return this.isReady && !this.known.error;
  }

  /** Whether a feed brings it. */
  get isFed(): boolean {
    return this.definition.fedBy !== undefined;
  }

  /** Whether a watch may ask it for news. */
  get isWatchable(): boolean {
    return this.isCurrent && !this.isFed;
  }

  /** Whether what a feed brought last holds: it is not asked by itself. That an entity is gone, a feed says, too. */
  get isLeftToFeed(): boolean {
    const { checkedAt, error, isInDoubt } = this.known;
    return this.isFed && checkedAt !== undefined && !isInDoubt && (!error || error.kind === 'gone');
  }

  /** A load went well: what went wrong before it does not matter any more. @param delivered where it stands, if a feed brought it */
  succeeded(result: WholeResult, now: number, changed: boolean, delivered?: Position): void {
    const { known, isFed } = this;
    const { outcome, checkpoint = known.checkpoint } = result;
    this.known = {
      outcome,
      // What is unchanged lacks what it lacked before.
      partialErrors:
        outcome === 'snapshot' ? result.partialErrors : checkpoint?.part ? known.partialErrors : undefined,
      checkedAt: now,
      changedAt: changed ? now : known.changedAt,
      checkpoint,
      ...(isFed && { fed: delivered ?? known.fed, lookedAt: delivered ? known.lookedAt : now }),
    };
  }

  /** A load of which nothing is known but what it changed went well. */
  ended(now: number, changed: boolean): void {
    const { changedAt } = this.known;
    this.known = {
      outcome: changed ? 'delta' : 'unchanged',
      checkedAt: now,
      changedAt: changed ? now : changedAt,
    };
  }

  /** Whether the credential that was refused is sent again: a 401 in a deploy is not for ever. */
  get isRefusalOver(): boolean {
    const { refused, refusals } = this.known;
    return refused !== undefined && Date.now() >= (refusals?.until ?? 0);
  }

  /**
   * A load failed; what is known of the source stays.
   *
   * @param every the interval of loads
   * @param wasSent whether the credential went out, and was not held back because it had been refused
   */
  failed(
    { kind, message, retryAfterMs, credential, refused }: LoadFault,
    every: number | undefined,
    wasSent = true,
  ): void {
    const { known } = this;
    const now = Date.now();
    const failures = (known.error?.failures ?? 0) + 1;
    known.outcome = 'failed';
    known.error = { kind, message, at: iso(now), failures };
    known.retryAt = now + (retryAfterMs ?? backoff(failures, every));
    if (kind !== 'unauthorized' || credential === undefined) {
      const count =
        refused === true ? (known.refused === undefined ? (known.refusals?.count ?? 0) : 0) + 1 : 0;
      known.refused = known.refusals = undefined;
      if (count === 0) return;
      // Whether the worker has another password by now shows only when it is sent.
      known.refusals = { count, until: now + refusedFor(count) };
      known.retryAt = Math.max(known.refusals.until, now + (retryAfterMs ?? 0));
      return;
    }
    const before = known.refused === credential ? known.refusals : undefined;
    if (before === undefined || wasSent) {
      const count = (before?.count ?? 0) + 1;
      known.refusals = { count, until: now + refusedFor(count) };
    }
    known.refused = credential;
    // Until then, loads that are due find out whether the secret was rotated: those ask nobody.
    known.retryAt = Math.min(known.retryAt, Math.max(known.refusals?.until ?? 0, now));
  }

  /** The next load takes a full look; content that is equal is still recognized by its digest. */
  forgetValidators(): void {
    const { known } = this;
    if (known.checkpoint) known.checkpoint = { ...known.checkpoint, validators: undefined };
  }

  /** The source is another one now: what the last load left does not hold for it, and what it lacks is gone. */
  moved(): void {
    this.known.checkpoint = undefined;
    this.known.acceptsDeletions = true;
  }

  /** Whether it has never been loaded and its first load is under way: nobody may be there to run it. */
  get isAwaited(): boolean {
    const { checkedAt, error } = this.known;
    return this.loadingSince !== undefined && checkedAt === undefined && !error;
  }

  /** The answer of the query `sources`. */
  get info(): SourceInfo {
    const { outcome, checkedAt, changedAt, checkpoint, error, partialErrors, refusedSweep, fed } = this.known;
    return {
      adapter: this.definition.adapter,
      taskQueue: this.definition.taskQueue,
      lastOutcome: outcome,
      lastCheckedAt: iso(checkedAt),
      lastChangedAt: iso(changedAt),
      checkpoint: checkpoint as Json | undefined,
      lastError: error,
      partialErrors,
      refusedSweep,
      fedBy: this.definition.fedBy,
      delivered: fed && { from: fed.from, at: iso(fed.position) },
    };
  }
}

/** How long and how often a source may be tried. @throws InvalidInputError that names the field */
export function limitsOf(
  name: string,
  { timeout = '1 minute', deadline = '5 minutes', maximumAttempts = 4 }: SourceOptions,
): SourceLimits {
  const field = (limit: string): string => `sources.${name}.${limit}`;
  return {
    maximumAttempts: checkAttempts(maximumAttempts, field('maximumAttempts')),
    startToCloseTimeout: milliseconds(field('timeout'), timeout),
    scheduleToCloseTimeout: milliseconds(field('deadline'), deadline),
  };
}

const checkAttempts = wholeNumber('4');
