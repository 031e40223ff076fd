import { matching } from '../contract/check';
import { InvalidInputError } from '../contract/errors';
import { milliseconds } from '../contract/duration';
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

const EVERY = 'refresh.every';
const AN_INTERVAL = "Give the time from one load to the next, for example '1 minute'";
/** Shortest interval that is taken: below it a workflow does nothing but load. */
const SHORTEST = 100;

/** @throws InvalidInputError that names the field */
export function refreshTimes({
  every: given,
  watch = false,
  staleAfter = 0,
  jitter = 0.1,
}: RefreshPolicy = {}): RefreshTimes {
  const adapts = typeof given === 'object';
  const every =
    given === undefined
      ? undefined
      : milliseconds(adapts ? 'refresh.every.min' : EVERY, adapts ? given.min : given);
  const max = adapts ? milliseconds('refresh.every.max', given.max) : (every ?? 0);
  if (every === undefined) {
    if (watch) throw new InvalidInputError(EVERY, 'is missing, and refresh.watch needs it', AN_INTERVAL);
  } else if (every < SHORTEST) {
    throw new InvalidInputError(EVERY, `is shorter than ${SHORTEST} ms`, AN_INTERVAL);
  } else if (max < every) {
    throw new InvalidInputError(
      'refresh.every.max',
      'is shorter than refresh.every.min',
      "Give for example { min: '5 seconds', max: '5 minutes' }",
    );
  }
  return {
    every,
    max,
    watch,
    staleAfter: milliseconds('refresh.staleAfter', staleAfter),
    jitter: checkJitter(jitter, 'refresh.jitter'),
  };
}

const checkJitter = matching<number>(
  'a number from 0 to 1',
  '0.1',
  (value) => typeof value === 'number' && value >= 0 && value <= 1,
);

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

const FIRST_REFUSAL = 10_000;
const LONGEST_REFUSAL = 60 * 60_000;

/** How long a credential that was refused so often in a row is not sent by itself: 10 seconds, doubled up to an hour. */
export function refusedFor(count: number): number {
  return Math.min(FIRST_REFUSAL * 2 ** Math.min(count - 1, 20), LONGEST_REFUSAL);
}
