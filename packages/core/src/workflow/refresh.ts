import { msToNumber } from '@temporalio/common/lib/time';
import { InvalidInputError } from '../contract/errors';
import type { Duration } from '../contract/source';

/** When a workflow loads without being told to. */
export interface RefreshPolicy {
  /**
   * The time from one load to the next. With `min` and `max` it adapts: it starts at `min`, doubles while
   * nothing changes, up to `max`, and starts over at a change.
   * @default never: only signals and updates cause a load
   */
  readonly every?: Duration | { readonly min: Duration; readonly max: Duration };
  /**
   * Watches the sources instead of loading at every interval: the server repeats the look, and the workflow
   * hears of it only when there is news. Needs `every`, the time from one look to the next.
   * @default false
   */
  readonly watch?: boolean;
  /**
   * A source younger than this is not loaded again by an interval or a change; `refresh`, a new token and a
   * new address always load.
   * @default 0: every cycle loads
   */
  readonly staleAfter?: Duration;
  /** How much an interval varies at random, so that workflows do not load in step: a part of it, 0 to 1. @default 0.1 */
  readonly jitter?: number;
}

/** A {@link RefreshPolicy} in milliseconds. */
export interface RefreshTimes {
  readonly every: number | undefined;
  /** The longest interval; equal to `every` when it does not adapt. */
  readonly max: number;
  readonly watch: boolean;
  readonly staleAfter: number;
  readonly jitter: number;
}

/** Shortest interval that is taken: below it a workflow does nothing but load. */
const SHORTEST = 100;

/** @throws InvalidInputError that names the field */
export function refreshTimes(policy: RefreshPolicy = {}): RefreshTimes {
  const { every: given, watch = false, staleAfter = 0, jitter = 0.1 } = policy;
  const adapts = typeof given === 'object';
  const every =
    given === undefined
      ? undefined
      : milliseconds(adapts ? 'refresh.every.min' : 'refresh.every', adapts ? given.min : given);
  const max = adapts ? milliseconds('refresh.every.max', given.max) : (every ?? 0);
  if (every !== undefined && every < SHORTEST) {
    throw new InvalidInputError(
      'refresh.every',
      `is ${every} ms, which is shorter than ${SHORTEST} ms`,
      "Give a longer interval, for example '1 minute'",
    );
  }
  if (every !== undefined && max < every) {
    throw new InvalidInputError(
      'refresh.every.max',
      'is shorter than refresh.every.min',
      "Give for example { min: '5 seconds', max: '5 minutes' }",
    );
  }
  if (watch && every === undefined) {
    throw new InvalidInputError(
      'refresh.every',
      'is missing, and refresh.watch needs it',
      "Say how long it is from one look to the next, for example every: '30 seconds'",
    );
  }
  if (typeof jitter !== 'number' || !(jitter >= 0 && jitter <= 1)) {
    throw new InvalidInputError(
      'refresh.jitter',
      'is not a number from 0 to 1',
      'Give for example 0.1 for ten percent',
    );
  }
  return { every, max, watch, staleAfter: milliseconds('refresh.staleAfter', staleAfter), jitter };
}

/** Reads a duration. @throws InvalidInputError that names the field */
export function milliseconds(field: string, value: Duration): number {
  let ms: number | undefined;
  try {
    ms = msToNumber(value as Parameters<typeof msToNumber>[0]);
  } catch {
    // said below, with the field's name
  }
  if (ms === undefined || !Number.isFinite(ms) || ms < 0) {
    throw new InvalidInputError(
      field,
      'is not a duration',
      "Give milliseconds or a string such as '30 seconds'",
    );
  }
  return ms;
}

/** The time to the next load, when the last `quiet` loads in a row found nothing; jittered. */
export function interval({ every, max, jitter }: RefreshTimes, quiet: number): number | undefined {
  if (every === undefined) return undefined;
  return Math.min(every * 2 ** Math.min(quiet, 30), max) * (1 + jitter * (2 * Math.random() - 1));
}

const LONGEST_BACKOFF = 10 * 60_000;
const FIRST_BACKOFF = 5_000;

/**
 * How long to wait after failed loads: the interval, or 5 seconds without one, doubled with each failure up
 * to 10 minutes, or the interval if that is longer.
 */
export function backoff(failures: number, every: number | undefined): number {
  const base = every ?? FIRST_BACKOFF;
  return Math.min(base * 2 ** Math.min(failures - 1, 20), Math.max(LONGEST_BACKOFF, base));
}
