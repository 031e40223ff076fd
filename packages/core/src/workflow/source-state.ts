import type { Checkpoint } from '../contract/adapter';
import { InvalidInputError } from '../contract/errors';
import type { SourceDefinition } from '../contract/source';
import type { RefusedSweepInfo, SourceError, SourceInfo } from '../contract/wire';
import type { Json } from '../contract/schema';
import type { LoadFault } from './load-fault';
import { backoff, milliseconds } from './refresh';

/** What a workflow knows of one of its sources, besides the data. */
export interface CarriedSource {
  readonly outcome?: SourceInfo['lastOutcome'];
  /** Milliseconds. */
  readonly checkedAt?: number;
  readonly changedAt?: number;
  readonly checkpoint?: Checkpoint;
  readonly error?: SourceError;
  readonly retryAt?: number;
  readonly refused?: string;
  readonly tolerated?: boolean;
  readonly refusedSweep?: RefusedSweepInfo;
  readonly acceptsDeletions?: boolean;
}

/** How long and how often a source may be tried; milliseconds. */
export interface SourceLimits {
  readonly timeout: number;
  readonly deadline: number;
  readonly maximumAttempts: number;
}

/** One source of a running workflow: its definition, its checkpoint and how its loads went. */
export class SourceState {
  readonly name: string;
  readonly definition: SourceDefinition;
  /** The relation of the root entity that it fills; `undefined` for the root entity itself. */
  readonly into: string | undefined;
  readonly limits: SourceLimits;
  checkpoint?: Checkpoint;
  /** The last sweep that the breaker refused. */
  refusedSweep?: RefusedSweepInfo;
  /** Whether the next sweep may remove as much as it likes. */
  acceptsDeletions: boolean;
  #outcome?: SourceInfo['lastOutcome'];
  #checkedAt?: number;
  #changedAt?: number;
  #error?: SourceError;
  #tolerated: boolean;
  #retryAt?: number;
  #refused?: string;

  constructor(
    name: string,
    definition: SourceDefinition,
    into: string | undefined,
    carried: CarriedSource = {},
  ) {
    this.name = name;
    this.definition = definition;
    this.into = into;
    this.limits = limitsOf(name, definition);
    this.checkpoint = carried.checkpoint;
    this.#outcome = carried.outcome;
    this.#checkedAt = carried.checkedAt;
    this.#changedAt = carried.changedAt;
    this.#error = carried.error;
    this.#retryAt = carried.retryAt;
    this.#refused = carried.refused;
    this.#tolerated = carried.tolerated ?? false;
    this.refusedSweep = carried.refusedSweep;
    this.acceptsDeletions = carried.acceptsDeletions ?? false;
  }

  /** When it was last looked at with success, in milliseconds; 0 before. */
  get checkedAt(): number {
    return this.#checkedAt ?? 0;
  }

  get error(): SourceError | undefined {
    return this.#error;
  }

  /** Fingerprint of the credential that the source refused. */
  get refused(): string | undefined {
    return this.#refused;
  }

  /** Whether it has been loaded and its last load went well. */
  get isCurrent(): boolean {
    return this.checkedAt > 0 && this.#error === undefined;
  }

  /** Whether `execute()` may run: it is current, or was loaded once and its failure is tolerated. */
  get isReady(): boolean {
    return this.isCurrent || (this.checkedAt > 0 && this.#tolerated);
  }

  /** Says whether `execute()` may run although the load failed. */
  tolerate(tolerated: boolean): void {
    this.#tolerated = tolerated;
  }

  /** When it is tried again after failed loads, in milliseconds. */
  get retryAt(): number | undefined {
    return this.#retryAt;
  }

  /** A load went well. */
  succeeded(
    outcome: 'unchanged' | 'delta' | 'snapshot',
    checkpoint: Checkpoint | undefined,
    now: number,
    changed: boolean,
  ): void {
    this.#outcome = outcome;
    this.#checkedAt = now;
    if (changed) this.#changedAt = now;
    if (checkpoint !== undefined) this.checkpoint = checkpoint;
    this.#error = undefined;
    this.#retryAt = undefined;
    this.#refused = undefined;
    this.#tolerated = false;
    this.refusedSweep = undefined;
    this.acceptsDeletions = false;
  }

  /** A load failed; what is known of the source stays. */
  failed(fault: LoadFault, now: number, every: number | undefined): void {
    this.#outcome = 'failed';
    const failures = (this.#error?.failures ?? 0) + 1;
    this.#error = { kind: fault.kind, message: fault.message, at: new Date(now).toISOString(), failures };
    this.#retryAt = now + (fault.retryAfterMs ?? backoff(failures, every));
    this.#refused = fault.kind === 'unauthorized' ? fault.credential : undefined;
  }

  /** The next load takes a full look; content that is equal is still recognized by its digest. */
  forgetValidators(): void {
    if (this.checkpoint !== undefined) this.checkpoint = { ...this.checkpoint, validators: undefined };
  }

  /** The source is another one now: what the last load left does not hold for it, and what it lacks is gone. */
  moved(): void {
    this.checkpoint = undefined;
    this.acceptsDeletions = true;
  }

  /** The answer of the query `sources`. */
  get info(): SourceInfo {
    return {
      adapter: this.definition.adapter,
      ...(this.#outcome && { lastOutcome: this.#outcome }),
      ...(this.#checkedAt && { lastCheckedAt: new Date(this.#checkedAt).toISOString() }),
      ...(this.#changedAt && { lastChangedAt: new Date(this.#changedAt).toISOString() }),
      ...(this.checkpoint && { checkpoint: this.checkpoint as Json }),
      ...(this.#error && { lastError: this.#error }),
      ...(this.refusedSweep && { refusedSweep: this.refusedSweep }),
    };
  }

  /** For continue-as-new. */
  carry(): CarriedSource {
    return {
      outcome: this.#outcome,
      checkedAt: this.#checkedAt,
      changedAt: this.#changedAt,
      checkpoint: this.checkpoint,
      error: this.#error,
      retryAt: this.#retryAt,
      refused: this.#refused,
      tolerated: this.#tolerated,
      refusedSweep: this.refusedSweep,
      acceptsDeletions: this.acceptsDeletions,
    };
  }
}

function limitsOf(
  name: string,
  { timeout = '1 minute', deadline = '5 minutes', maximumAttempts = 4 }: SourceDefinition,
): SourceLimits {
  if (!Number.isInteger(maximumAttempts) || maximumAttempts < 1) {
    throw new InvalidInputError(
      `sources.${name}.maximumAttempts`,
      'is not a whole number from 1',
      'Give for example 4',
    );
  }
  return {
    timeout: milliseconds(`sources.${name}.timeout`, timeout),
    deadline: milliseconds(`sources.${name}.deadline`, deadline),
    maximumAttempts,
  };
}
