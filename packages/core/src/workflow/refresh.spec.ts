import { afterEach, describe, expect, it, vi } from 'vitest';
import { milliseconds } from '../contract/duration';
import { backoff, interval, type RefreshPolicy, refreshTimes } from './refresh';

const MINUTE = 60_000;

describe('refreshTimes()', () => {
  it('fills in the defaults', () => {
    expect(refreshTimes()).toMatchObject({ every: undefined, watch: false, staleAfter: 0, jitter: 0.1 });
    expect(refreshTimes({ every: '1 minute', staleAfter: 500 })).toMatchObject({
      every: MINUTE,
      max: MINUTE,
      staleAfter: 500,
    });
    expect(refreshTimes({ every: { min: '5 seconds', max: '5 minutes' } })).toMatchObject({
      every: 5_000,
      max: 5 * MINUTE,
    });
  });

  it.each<[string, unknown]>([
    ['refresh.every', { every: 'soon' }],
    ['refresh.every', { every: 99 }],
    ['refresh.every', { every: -1 }],
    ['refresh.every', { every: Number.NaN }],
    ['refresh.every', { every: true }],
    ['refresh.every.min', { every: { max: 1_000 } }],
    ['refresh.every.max', { every: { min: 1_000 } }],
    ['refresh.every.max', { every: { min: 2_000, max: 1_000 } }],
    ['refresh.every', { watch: true }],
    ['refresh.staleAfter', { staleAfter: 'ages' }],
    ['refresh.jitter', { every: 1_000, jitter: 2 }],
    ['refresh.jitter', { every: 1_000, jitter: '0.1' }],
  ])('names %s when it cannot be used: %j', (field, policy) => {
    expect(() => refreshTimes(policy as RefreshPolicy)).toThrow(expect.objectContaining({ field }));
  });
});

describe('milliseconds()', () => {
  it.each([
    ['1 minute', MINUTE],
    ['2h', 120 * MINUTE],
    [1_500, 1_500],
    [0, 0],
  ])('%j', (value, expected) => {
    expect(milliseconds('f', value)).toBe(expected);
  });
});

describe('interval()', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('doubles while nothing changes, up to the longest', () => {
    const times = refreshTimes({ every: { min: 1_000, max: 5_000 }, jitter: 0 });
    expect([0, 1, 2, 3, 1_000].map((quiet) => interval(times, quiet))).toEqual([
      1_000, 2_000, 4_000, 5_000, 5_000,
    ]);
  });

  it('varies by its jitter, and not more', () => {
    const times = refreshTimes({ every: 1_000, jitter: 0.2 });
    const random = vi.spyOn(Math, 'random');
    const at = (value: number): number | undefined => (random.mockReturnValue(value), interval(times, 0));
    expect([0, 0.5, 1].map(at)).toEqual([800, 1_000, 1_200]);
  });

  it('is nothing without one', () => {
    expect(interval(refreshTimes(), 3)).toBeUndefined();
  });
});

describe('backoff()', () => {
  it('doubles the interval with each failure, to ten minutes', () => {
    expect([1, 2, 3, 20, 1_000].map((failures) => backoff(failures, MINUTE))).toEqual([
      MINUTE,
      2 * MINUTE,
      4 * MINUTE,
      10 * MINUTE,
      10 * MINUTE,
    ]);
  });

  it('begins with five seconds when there is no interval', () => {
    expect([1, 2].map((failures) => backoff(failures, undefined))).toEqual([5_000, 10_000]);
  });

  it('is never shorter than the interval', () => {
    expect(backoff(7, 60 * MINUTE)).toBe(60 * MINUTE);
  });
});
