import type { Duration } from '@temporalio/common';
import { msToNumber } from '@temporalio/common/lib/time';
import { InvalidInputError } from '../contract/errors';

/** When a workflow loads without being told to. */
export interface RefreshPolicy {
  /** The time from one load to the next. @default never: only signals and updates cause a load */
  readonly every?: Duration;
  /**
   * A source younger than this is not loaded again by an interval or a change; `refresh`, a new token and a
   * new address always load.
   * @default 0: every cycle loads
   */
  readonly staleAfter?: Duration;
}

/** A {@link RefreshPolicy} in milliseconds. */
export interface RefreshTimes {
  readonly every: number | undefined;
  readonly staleAfter: number;
}

/** Shortest interval that is taken: below it a workflow does nothing but load. */
const SHORTEST = 100;

/** @throws InvalidInputError that names the field */
export function refreshTimes(policy: RefreshPolicy = {}): RefreshTimes {
  const every = policy.every === undefined ? undefined : milliseconds('refresh.every', policy.every);
  if (every !== undefined && every < SHORTEST) {
    throw new InvalidInputError(
      'refresh.every',
      `is ${every} ms, which is shorter than ${SHORTEST} ms`,
      "Give a longer interval, for example '1 minute'",
    );
  }
  return {
    every,
    staleAfter: policy.staleAfter === undefined ? 0 : milliseconds('refresh.staleAfter', policy.staleAfter),
  };
}

/** Reads a duration. @throws InvalidInputError that names the field */
export function milliseconds(field: string, value: Duration): number {
  let ms: number | undefined;
  try {
    ms = msToNumber(value);
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
