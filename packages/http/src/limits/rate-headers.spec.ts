import { describe, expect, it } from 'vitest';
import { rateState } from './rate-headers';

const now = Date.UTC(2026, 6, 1, 10, 0, 0);

describe('rateState', () => {
  it.each([
    [
      { 'ratelimit-remaining': '3', 'ratelimit-reset': '30' },
      { remaining: 3, resetMs: 30_000 },
    ],
    [
      { 'ratelimit-remaining': '0, 0;window=60', 'ratelimit-reset': '1.5' },
      { remaining: 0, resetMs: 1_500 },
    ],
    [
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '60' },
      { remaining: 0, resetMs: 60_000 },
    ],
    [
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1000 + 9) },
      { remaining: 0, resetMs: 9_000 },
    ],
    [
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now + 9_000) },
      { remaining: 0, resetMs: 9_000 },
    ],
    [
      { 'x-rate-limit-remaining': '1', 'x-rate-limit-reset': 'Wed, 01 Jul 2026 10:01:30 GMT' },
      { remaining: 1, resetMs: 90_000 },
    ],
    [
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1000 - 9) },
      { remaining: 0, resetMs: 0 },
    ],
    [{ ratelimit: '"default";r=50;t=30' }, { remaining: 50, resetMs: 30_000 }],
    [{ ratelimit: '"minute";r=5;t=30, "day";r=0;t=4000' }, { remaining: 0, resetMs: 4_000_000 }],
    [
      { ratelimit: '"a";r=9;t=1', 'x-ratelimit-remaining': '2', 'x-ratelimit-reset': '7' },
      { remaining: 2, resetMs: 7_000 },
    ],
    [{ ratelimit: 'limit=100, remaining=0, reset=30' }, { remaining: 0, resetMs: 30_000 }],
    [
      { ratelimit: '"hour";r=7, "minute";r=0', 'ratelimit-policy': '"hour";q=100;w=3600, "minute";q=9;w=60' },
      { remaining: 0, resetMs: 60_000 },
    ],
    [
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '2026-07-01T10:01Z' },
      { remaining: 0, resetMs: 60_000 },
    ],
    [
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30s' },
      { remaining: 0, resetMs: 30_000 },
    ],
    [
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String((now + 9_000) * 1_000) },
      { remaining: 0, resetMs: 9_000 },
    ],
    // What needs no clock counts.
    [
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1', 'x-ratelimit-reset-after': '1.5' },
      { remaining: 0, resetMs: 1_500 },
    ],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': 'Infinity' }, undefined],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1e400' }, undefined],
    [{ 'x-ratelimit-remaining': '-1', 'x-ratelimit-reset': '9' }, undefined],
    [{ ratelimit: '"minute";r=0', 'ratelimit-policy': '"hour";q=100;w=3600' }, undefined],
    [{ 'ratelimit-remaining': '0' }, undefined],
    [{ 'ratelimit-remaining': 'none', 'ratelimit-reset': '9' }, undefined],
    [{ 'ratelimit-remaining': '0', 'ratelimit-reset': 'soon' }, undefined],
    [{ 'ratelimit-remaining': '0', 'ratelimit-reset': '-1' }, undefined],
    [{ 'ratelimit-remaining': '0', 'ratelimit-reset': '' }, undefined],
    [{ ratelimit: 'nonsense' }, undefined],
    [{}, undefined],
  ])('%j says %j', (headers, state) => expect(rateState(headers, now)).toEqual(state));
});
