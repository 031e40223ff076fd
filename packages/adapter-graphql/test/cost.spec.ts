import { credentialOf } from '@stateful-workflow/adapter-testkit';
import { describe, expect, it } from 'vitest';
import { bench, ticketsOf } from './support';

const query = ticketsOf(2);
const cost = (currentlyAvailable: number, restoreRate: number): object => ({
  requestedQueryCost: 50,
  actualQueryCost: 12,
  throttleStatus: { maximumAvailable: 1000, currentlyAvailable, restoreRate },
});

describe('cost', () => {
  it('in extensions.cost is waited for before it runs out, by a retry delay', async () => {
    const { desk, records, failure, adapter, context } = await bench();
    desk.tellCost(cost(10, 2));
    await records(query);
    expect(context.seen.counts.get('graphql_query_cost')).toBe(50);
    const error = await failure(query);
    const { kind, retryAfterMs = 0 } = adapter.classify(error);
    expect(kind).toBe('throttled');
    // 40 points are missing, and 2 come back each second.
    expect(retryAfterMs).toBeGreaterThan(15_000);
    expect(retryAfterMs).toBeLessThanOrEqual(20_000);
    expect(desk.requests, 'the second is not sent').toHaveLength(1);
  });

  it('in extensions.cost that takes but a moment is waited for in place', async () => {
    const { desk, records } = await bench();
    desk.tellCost(cost(40, 100));
    await records(query);
    const started = performance.now();
    await records(query);
    expect(performance.now() - started).toBeGreaterThan(50);
    expect(desk.requests).toHaveLength(2);
  });

  it('in rateLimit is waited for until its reset', async () => {
    const { desk, records, failure, adapter } = await bench();
    const withLimit = {
      ...query,
      document: query.document.replace('customer(', 'rateLimit { limit cost remaining resetAt } customer('),
    };
    desk.tellRateLimit(0, Date.now() + 60_000);
    await records(withLimit);
    const { kind, retryAfterMs = 0 } = adapter.classify(await failure(withLimit));
    expect(kind).toBe('throttled');
    expect(Math.abs(retryAfterMs - 60_000)).toBeLessThan(2_000);
  });

  it('is that of a credential: others are not held up', async () => {
    const { desk, records, load, context } = await bench();
    desk.tellCost(cost(0, 1));
    await records(query);
    const other = async () => credentialOf('of-somebody-else');
    await load(query, { ...context, credential: other });
    expect(desk.requests).toHaveLength(2);
  });

  it('says how long to wait to an answer that is throttled and does not', async () => {
    const { desk, records, failure, adapter } = await bench();
    desk.tellCost(cost(60, 1));
    await records(query);
    desk.behave({ errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }] });
    const { kind, retryAfterMs = 0 } = adapter.classify(await failure(query));
    expect(kind).toBe('throttled');
    // 60 points were left, 50 are spent, and 50 are needed again.
    expect(retryAfterMs).toBeGreaterThan(30_000);
    expect(retryAfterMs).toBeLessThanOrEqual(40_000);
    expect(desk.requests).toHaveLength(2);
  });
});
