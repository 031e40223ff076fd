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
    [429, { 'retry-after': '1000000000' }, 60 * 60 * 1_000],
    [200, { 'ratelimit-remaining': '0', 'ratelimit-reset': '99999' }, 60 * 60 * 1_000],
    [403, { 'retry-after': '7' }, 7_000],
    [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '3' }, 3_000],
    // Not of a limit: it means what it says.
    [404, { 'retry-after': '7' }, undefined],
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

describe('what is limited together', () => {
  it('is an origin, or each route by itself', () => {
    const { limits } = limitsAt();
    const wait = (route?: string) => waitOf(() => limits.pass(crm, 'a', { scope: 'route' }, { route }));
    limits.learn(crm, 'a', 429, { 'retry-after': '7' }, { route: '/slow' });
    expect([wait('/slow'), wait('/quick'), wait()]).toEqual([7_000, undefined, undefined]);
  });

  it.each([
    ['x-ratelimit-scope', 'global'],
    ['x-ratelimit-global', 'true'],
  ])('is the origin where an answer says so all the same: %s', (name, value) => {
    const { limits, pass } = limitsAt();
    const wait = (route: string, demandedAt?: number) =>
      waitOf(() => limits.pass(crm, 'a', { scope: 'route' }, { route, demandedAt }));
    limits.learn(crm, 'a', 429, { 'retry-after': '7', [name]: value }, { route: '/a' });
    expect([wait('/a'), wait('/b')]).toEqual([7_000, 7_000]);
    pass(1_000);
    expect(wait('/b', 1_001_000)).toBeUndefined();
    limits.learn(crm, 'a', 200, {}, { route: '/b', demandedAt: 1_001_000 });
    expect([wait('/a'), wait('/b')]).toEqual([undefined, undefined]);
  });
});

describe('a request that somebody demands', () => {
  it('tries once what was said before, and takes it back when that goes well', () => {
    const { limits, pass } = limitsAt();
    const ask = (demandedAt?: number) => waitOf(() => limits.pass(crm, 'a', undefined, { demandedAt }));
    limits.learn(crm, 'a', 429, { 'retry-after': '600' });
    pass(5_000);
    expect(ask()).toBe(595_000);
    expect(ask(1_004_000)).toBeUndefined();
    // Once, also for others that demand it at the same time.
    expect([ask(1_004_000), ask(1_005_000)]).toEqual([595_000, 595_000]);
    limits.learn(crm, 'a', 429, { 'retry-after': '600' }, { demandedAt: 1_004_000 });
    pass(100);
    expect(ask(1_004_000), 'an attempt after it waits').toBe(599_900);
    pass(1_000);
    expect(ask(1_006_000)).toBeUndefined();
    limits.learn(crm, 'a', 200, {}, { demandedAt: 1_006_000 });
    expect(ask()).toBeUndefined();
  });

  it('does not try the budget of the user', () => {
    const { limits } = limitsAt();
    const budget = { requests: 1, perMs: 1_000 };
    const ask = () => waitOf(() => limits.pass(crm, 'a', budget, { demandedAt: 1_000_000 }));
    expect([ask(), ask()]).toEqual([undefined, 1_000]);
  });
});
