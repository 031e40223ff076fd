import { ApplicationFailure, log } from '@temporalio/workflow';
import type { ChangeSet } from '../contract/wire';
import { has } from '../base/patches';

/** The largest payload that is sent by default. Temporal refuses payloads over 2 MiB. */
export const MOST_PAYLOAD_BYTES = 1_900_000;
/** The part of its limit that a state may grow by before it is measured again. */
const STEP = 0.01;

/** How many bytes something is as JSON. */
export const bytesOf = (value: unknown): number =>
  new TextEncoder().encode(JSON.stringify(value) ?? '').length;

/**
 * Knows whether a workflow's state has become too large to be handed to another run. What comes in is added up, and all
 * of it is measured only when that may be too much: a change costs what it brings, not what is held.
 */
export class StateSize {
  /** What is wrong with it, and what to do. */
  problem?: string;
  /** Whether it was too large and is not any more. */
  hasShrunk = false;
  #measured: number | undefined;
  #grown = 0;

  /**
   * @param most the most bytes that may be handed over
   * @param handedOver what is handed over
   */
  constructor(
    readonly most: number,
    readonly handedOver: () => unknown,
  ) {}

  /** Notes that something came in. */
  took(changes: ChangeSet): void {
    // One that is too large is looked at when a load has ended, and not at each of many signals.
    if (this.problem) return;
    this.#grown += bytesOf(changes);
    const { most } = this;
    const isSmall = this.#measured !== undefined && this.#measured + this.#grown <= most;
    if (!isSmall && this.#grown >= most * STEP) this.#measure();
  }

  /** Looks again at one that was too large. */
  loadEnded(): void {
    if (!this.problem) return;
    this.#measure();
    if (!this.problem) this.hasShrunk = has('shrunkState');
  }

  /** Whether it can be handed over now. */
  fits(): boolean {
    this.#measure();
    return !this.problem;
  }

  /** How many bytes there were to spare when all of it was measured last. */
  get room(): number {
    return this.most - (this.#measured ?? this.most);
  }

  #measure(): void {
    const bytes = (this.#measured = bytesOf(this.handedOver()));
    this.#grown = 0;
    const problem = bytes > this.most ? tooLarge(bytes, this.most) : undefined;
    if (problem && !this.problem) log.warn(problem);
    this.problem = problem;
  }
}

const tooLarge = (bytes: number, most: number): string =>
  `state: is ${bytes} bytes, more than the ${most} that maxStateBytes lets a run hand to the next, so it cannot continue as new. Hold less, or set up external storage for payloads and raise maxStateBytes.`;

/**
 * Something that is to leave the workflow as one payload.
 *
 * @param what what it is, for a person
 * @param most the most bytes that it may have
 * @throws ApplicationFailure `STATE_TOO_LARGE`: the server would refuse it, again and again
 */
export function sendable<T>(what: string, value: T, most: number): T {
  const bytes = bytesOf(value);
  if (bytes <= most) return value;
  throw ApplicationFailure.nonRetryable(
    `${what} is ${bytes} bytes, and ${most} can be sent. Hold less, or set up external storage for payloads and raise maxStateBytes.`,
    'STATE_TOO_LARGE',
  );
}
