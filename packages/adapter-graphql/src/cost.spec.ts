import { HttpError } from '@stateful-workflow/http';
import { describe, expect, it } from 'vitest';
import { CostBudgets } from './cost';

const bucket = (currentlyAvailable: number, requestedQueryCost = 50) => ({
  extensions: {
    cost: {
      requestedQueryCost,
      throttleStatus: { maximumAvailable: 100, currentlyAvailable, restoreRate: 10 },
    },
  },
});

function budgets() {
  let now = 1_000_000;
  const costs = new CostBudgets(() => now);
  return { costs, pass: (ms: number) => void (now += ms), now: () => now };
}

const { signal } = new AbortController();

describe('CostBudgets', () => {
  it('knows nothing at first', async () => {
    const { costs } = budgets();
    expect(costs.wait('a')).toBeUndefined();
    await costs.spend('a', signal);
    expect(costs.learn('a', { data: { x: 1 } })).toBeUndefined();
  });

  it('waits until a bucket holds what the last query cost', () => {
    const { costs, pass } = budgets();
    expect(costs.learn('a', bucket(20))).toBe(50);
    expect(costs.wait('a')).toBe(3_000);
    expect(costs.wait('b')).toBeUndefined();
    pass(2_000);
    expect(costs.wait('a')).toBe(1_000);
    pass(2_000);
    expect(costs.wait('a')).toBe(0);
  });

  it('counts what was spent since', async () => {
    const { costs } = budgets();
    costs.learn('a', bucket(60));
    await costs.spend('a', signal);
    await expect(costs.spend('a', signal)).rejects.toMatchObject({
      failure: { type: 'limit', retryAfterMs: 4_000 },
    });
    await expect(costs.spend('a', signal)).rejects.toThrow(HttpError);
  });

  it('leaves it to the API to refuse what can never be paid for', () => {
    const { costs } = budgets();
    costs.learn('a', bucket(0, 500));
    expect(costs.wait('a')).toBe(0);
  });

  it('waits for the reset of a limit', () => {
    const { costs, pass, now } = budgets();
    const resetAt = new Date(now() + 60_000).toISOString();
    expect(costs.learn('a', { data: { rateLimit: { cost: 2, remaining: 1, resetAt } } })).toBe(2);
    expect(costs.wait('a')).toBe(60_000);
    pass(60_000);
    expect(costs.wait('a')).toBe(0);
    costs.learn('a', { extensions: { rateLimit: { remaining: 5, resetAt } } });
    expect(costs.wait('a')).toBe(0);
  });

  it("reads the reset by the server's clock, whatever the worker's shows", () => {
    const { costs, now } = budgets();
    // Of 1970 a clock is taken for none that was ever set.
    const served = 1_800_000_000_000;
    const resetAt = new Date(served + 60_000).toISOString();
    const headers = { date: new Date(served).toUTCString() };
    costs.learn('a', { data: { rateLimit: { remaining: 0, resetAt } }, headers });
    expect(now()).not.toBe(served);
    expect(costs.wait('a')).toBe(60_000);
  });

  it('waits no longer than is allowed, and no longer than that after it was told', () => {
    const { costs, pass } = budgets();
    costs.learn('a', { data: { rateLimit: { remaining: 0, resetAt: '2099-12-31T00:00:00Z' } } });
    expect(costs.wait('a')).toBe(3_600_000);
    pass(3_000_000);
    expect(costs.wait('a')).toBe(600_000);
    pass(600_000);
    expect(costs.wait('a')).toBe(0);
  });

  it('lets a query that somebody demands try once', async () => {
    const { costs, now } = budgets();
    costs.learn('a', { data: { rateLimit: { remaining: 0, resetAt: '2099-12-31T00:00:00Z' } } });
    await costs.spend('a', signal, now() + 1);
    await expect(costs.spend('a', signal)).rejects.toThrow(HttpError);
    await expect(costs.spend('a', signal, now())).rejects.toThrow(HttpError);
  });

  it('ends a short wait with its signal', async () => {
    const { costs } = budgets();
    costs.learn('a', bucket(40));
    const reason = new Error('cancelled');
    const controller = new AbortController();
    const spent = costs.spend('a', controller.signal);
    controller.abort(reason);
    await expect(spent).rejects.toBe(reason);
  });

  it.each([
    [{ extensions: { cost: 7 } }],
    [{ extensions: { cost: { throttleStatus: { currentlyAvailable: 'many', restoreRate: 1 } } } }],
    [{ data: { rateLimit: { remaining: -1, resetAt: 'never' } } }],
    [{ data: { rateLimit: null } }],
  ])('is not misled by %j', (answer) => {
    expect(budgets().costs.learn('a', answer)).toBeUndefined();
  });
});
