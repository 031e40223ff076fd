import { describe, expect, it } from 'vitest';
import { RateLimits } from './rate-limits';

const crm = 'https://crm.example.com';

/** Limits with a clock that the test moves. */
function limitsAt(start = 1_000_000) {
  let now = start;
  return { limits: new RateLimits(() => now), pass: (ms: number) => void (now += ms) };
}

const waitOf = (run: () => void): number | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as { failure: { retryAfterMs: number } }).failure.retryAfterMs;
  }
};

describe('a budget', () => {
  it('lets so many requests pass in any window of its length', () => {
    const { limits, pass } = limitsAt();
    const budget = { requests: 2, perMs: 1_000 };
    const ask = () => waitOf(() => limits.pass(crm, 'a', budget));
    expect(ask()).toBeUndefined();
    pass(400);
    expect(ask()).toBeUndefined();
    expect(ask()).toBe(600);
    pass(599);
    expect(ask()).toBe(1);
    pass(1);
    expect(ask()).toBeUndefined();
    expect(ask()).toBe(400);
  });

  it('is one for each origin and credential', () => {
    const { limits } = limitsAt();
    const budget = { requests: 1, perMs: 1_000 };
    const ask = (origin: string, identity?: string) => waitOf(() => limits.pass(origin, identity, budget));
    expect([ask(crm, 'a'), ask(crm, 'b'), ask('https://b.example.com', 'a'), ask(crm)]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect([ask(crm, 'a'), ask(crm, 'b'), ask(crm)]).toEqual([1_000, 1_000, 1_000]);
  });
});

describe('what an answer says', () => {
  it.each([
    [429, { 'retry-after': '7' }, 7_000],
    [503, { 'retry-after': '7' }, 7_000],
    [429, {}, undefined],
    // Of another status it does not speak of a limit.
    [301, { 'retry-after': '7' }, undefined],
    [200, { 'ratelimit-remaining': '0', 'ratelimit-reset': '9' }, 9_000],
    [200, { 'ratelimit-remaining': '1', 'ratelimit-reset': '9' }, undefined],
    [429, { 'retry-after': '3', 'ratelimit-remaining': '0', 'ratelimit-reset': '9' }, 9_000],
    [429, { 'retry-after': '9999999' }, 24 * 60 * 60 * 1_000],
  ])('%i %j holds the next request back for %j ms', (status, headers, wait) => {
    const { limits, pass } = limitsAt();
    limits.learn(crm, 'a', status, headers);
    expect(waitOf(() => limits.pass(crm, 'a', undefined))).toBe(wait);
    expect(waitOf(() => limits.pass(crm, 'b', undefined))).toBeUndefined();
    pass(wait ?? 0);
    expect(waitOf(() => limits.pass(crm, 'a', undefined))).toBeUndefined();
  });

  it('is not shortened by a later answer that was sent before', () => {
    const { limits } = limitsAt();
    limits.learn(crm, 'a', 429, { 'retry-after': '60' });
    limits.learn(crm, 'a', 429, { 'retry-after': '1' });
    limits.learn(crm, 'a', 200, {});
    expect(waitOf(() => limits.pass(crm, 'a', undefined))).toBe(60_000);
  });
});
