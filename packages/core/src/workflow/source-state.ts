import type { Checkpoint } from '../contract/adapter';
import type { SourceDefinition } from '../contract/source';
import type { SourceError, SourceInfo } from '../contract/wire';
import type { Json } from '../contract/schema';
import type { LoadFault } from './load-fault';

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
}

/** One source of a running workflow: its definition, its checkpoint and how its loads went. */
export class SourceState {
  readonly name: string;
  readonly definition: SourceDefinition;
  /** The relation of the root entity that it fills; `undefined` for the root entity itself. */
  readonly into: string | undefined;
  checkpoint?: Checkpoint;
  #outcome?: SourceInfo['lastOutcome'];
  #checkedAt?: number;
  #changedAt?: number;
  #error?: SourceError;
  /** Not to be asked before, because it said so. Milliseconds. */
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
    this.checkpoint = carried.checkpoint;
    this.#outcome = carried.outcome;
    this.#checkedAt = carried.checkedAt;
    this.#changedAt = carried.changedAt;
    this.#error = carried.error;
    this.#retryAt = carried.retryAt;
    this.#refused = carried.refused;
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

  get retryAt(): number | undefined {
    return this.#retryAt;
  }

  /** A load went well. */
  succeeded(
    outcome: 'unchanged' | 'delta' | 'snapshot',
    checkpoint: Checkpoint | undefined,
    now: number,
  ): void {
    this.#outcome = outcome;
    this.#checkedAt = now;
    if (outcome !== 'unchanged') this.#changedAt = now;
    if (checkpoint !== undefined) this.checkpoint = checkpoint;
    this.#error = undefined;
    this.#retryAt = undefined;
    this.#refused = undefined;
  }

  /** A load failed; what is known of the source stays. */
  failed(fault: LoadFault, now: number): void {
    this.#outcome = 'failed';
    const failures = (this.#error?.failures ?? 0) + 1;
    this.#error = { kind: fault.kind, message: fault.message, at: new Date(now).toISOString(), failures };
    this.#retryAt = fault.retryAfterMs === undefined ? undefined : now + fault.retryAfterMs;
    this.#refused = fault.kind === 'unauthorized' ? fault.credential : undefined;
  }

  /** The source is another one now: what the last load left does not hold for it. */
  forgetCheckpoint(): void {
    this.checkpoint = undefined;
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
    };
  }
}
