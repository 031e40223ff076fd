import { MockActivityEnvironment } from '@temporalio/testing';
import { noopMetricMeter } from '@temporalio/common';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import type { DataSourceAdapter, LoadContext } from '../contract/adapter';
import type { LoadRequest, LoadResult, WatchRequest } from '../contract/load';
import { defineSchema, many } from '../contract/schema';
import { type LoadActivity, loadActivity } from './load-activity';
import type { Harness } from './harness';
import { HintHub } from './hint-hub';
import { memorySnapshots, type SnapshotStore } from './snapshots';
import { type WatchActivity, watchActivity } from './watch-activity';

const request: LoadRequest = {
  source: 'contacts',
  query: {},
  entity: { name: 'Customer', id: 'c_1' },
  schema: defineSchema({ Customer: { relations: { contacts: many('Contact') } }, Contact: {} }),
  into: 'contacts',
  checkpoint: { cursor: 'before' },
};

const HARNESS: Harness = {
  vault: { providers: [] },
  snapshots: memorySnapshots(),
  maxResultBytes: 1e6,
  maxLoadBytes: 1e6,
};

/** A failed attempt is logged, and a test that prints fails. */
const silent = new DefaultLogger('ERROR', () => {});

/** A load whose first attempt got to page 1 and broke off; the adapter says where the second begins. */
async function secondAttempt(begin: (ctx: LoadContext) => unknown): Promise<LoadResult> {
  const adapter: DataSourceAdapter = {
    name: 'paged',
    contractVersion: 1,
    capabilities: { incremental: true },
    querySchema: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
    async *load(_, ctx) {
      if (begin(ctx) === undefined) yield { records: [{ id: 'k_1' }], complete: false };
      yield { records: [{ id: 'k_2' }], cursor: 'after', validators: { etag: '"2"' }, complete: true };
    },
    classify: (error) => ({ kind: 'fatal', message: String(error) }),
  };
  const environment = new MockActivityEnvironment({ attempt: 2, heartbeatDetails: { progress: 1 } });
  return environment.run<[LoadRequest], LoadResult, (given: LoadRequest) => Promise<LoadResult>>(
    loadActivity(adapter, { ...HARNESS, snapshots: memorySnapshots() }),
    request,
  );
}

describe('a load that goes on where an attempt before it broke off', () => {
  it('proves nothing gone and moves no cursor: the next load brings what is missing', async () => {
    expect(await secondAttempt((ctx) => ctx.resumeFrom)).toMatchObject({
      outcome: 'snapshot',
      complete: false,
      append: { field: 'contacts', ids: ['k_2'] },
      checkpoint: { cursor: 'before' },
    });
    expect(await secondAttempt((ctx) => ctx.resumeFrom)).not.toHaveProperty('checkpoint.validators');
  });

  it('is whole when it starts over', async () => {
    expect(await secondAttempt(() => undefined)).toMatchObject({
      outcome: 'snapshot',
      complete: true,
      entities: { Customer: { c_1: { contacts: ['k_1', 'k_2'] } } },
      checkpoint: { cursor: 'after', validators: { etag: '"2"' } },
    });
  });
});

describe('a load that broke off and left its pages', () => {
  /** A source of three pages that makes the load wait before page `failAt`. */
  function paged(failAt: { page: number }): DataSourceAdapter<unknown, number> {
    return {
      name: 'paged',
      contractVersion: 1,
      capabilities: { incremental: true },
      querySchema: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
      async *load(_, ctx) {
        for (let page = ctx.resumeFrom ?? 1; page <= 3; page += 1) {
          if (page === failAt.page) throw new Error('wait');
          if (page < 3) ctx.heartbeat(page + 1);
          const isLast = page === 3;
          yield { records: [{ id: `k_${page}` }], complete: isLast, ...(isLast && { cursor: 9 }) };
        }
      },
      classify: () => ({ kind: 'throttled', message: 'wait', retryAfterMs: 5_000 }),
    };
  }

  /** Runs an attempt with what the one before said last, and tells what it said last itself. */
  async function attempt(
    load: LoadActivity | WatchActivity,
    heartbeatDetails?: unknown,
    { attempt = 2, ...more }: Partial<WatchRequest> & { readonly attempt?: number } = {},
  ) {
    const info = { attempt, heartbeatDetails, startToCloseTimeoutMs: 120_000 };
    const environment = new MockActivityEnvironment(info, { logger: silent });
    let last: unknown = heartbeatDetails;
    environment.on('heartbeat', (details: unknown) => (last = details));
    const run = environment.run<[LoadRequest], LoadResult, (given: LoadRequest) => Promise<LoadResult>>;
    const given = { ...request, ...more };
    const result = await run.call(environment, load as LoadActivity, given).catch((error: unknown) => error);
    return { result, last };
  }
  const harnessWith = (snapshots: SnapshotStore): Harness => ({ ...HARNESS, snapshots });

  it('is whole once another attempt has read the rest, however often it has to wait', async () => {
    const failAt = { page: 2 };
    const load = loadActivity(paged(failAt), harnessWith(memorySnapshots()));
    const first = await attempt(load);
    expect(first.result).toMatchObject({ type: 'fault.throttled', nextRetryDelay: 5_000 });
    const again = await attempt(load, first.last);
    expect(again.result, 'nothing was read').toMatchObject({ type: 'fault.throttled' });
    failAt.page = 3;
    const second = await attempt(load, again.last);
    expect(second.result).toMatchObject({ type: 'fault.throttled' });
    failAt.page = 0;
    const third = await attempt(load, second.last);
    expect(third.result).toMatchObject({
      outcome: 'snapshot',
      complete: true,
      entities: { Customer: { c_1: { contacts: ['k_1', 'k_2', 'k_3'] } } },
      checkpoint: { cursor: 9 },
    });
  });

  it('has not failed when it got further before it had to wait', async () => {
    const failAt = { page: 2 };
    const load = loadActivity(paged(failAt), harnessWith(memorySnapshots()));
    const next = (number: number, last?: unknown) =>
      attempt(load, last, { attempt: number, maximumAttempts: 2 });
    const [to2, retryable] = [await next(1), { type: 'fault.throttled', nonRetryable: false }];
    expect(to2.result).toMatchObject(retryable);
    failAt.page = 3;
    const to3 = await next(2, to2.last);
    expect(to3.result).toMatchObject(retryable);
    const once = await next(3, to3.last);
    expect(once.result, 'it got no further, once').toMatchObject(retryable);
    expect((await next(4, once.last)).result, 'twice').toMatchObject({
      type: 'fault.throttled',
      nonRetryable: true,
    });
    failAt.page = 0;
    expect((await next(4, once.last)).result).toMatchObject({ complete: true });
  });

  it('is gone on with by a watch, too', async () => {
    const failAt = { page: 2 };
    const watch = watchActivity(paged(failAt), harnessWith(memorySnapshots()), new HintHub());
    const every = { every: 60_000, jitter: 0, maximumAttempts: 1 };
    const to2 = await attempt(watch, { watch: { failures: 0, quiet: 3 } }, every);
    expect(to2.result).toMatchObject({ type: 'fault.throttled', nonRetryable: false, nextRetryDelay: 5_000 });
    expect(to2.last).toMatchObject({ progress: 2, watch: { failures: 0, quiet: 3 } });
    failAt.page = 0;
    expect((await attempt(watch, to2.last, every)).result).toMatchObject({
      outcome: 'snapshot',
      complete: true,
      entities: { Customer: { c_1: { contacts: ['k_1', 'k_2', 'k_3'] } } },
    });
    failAt.page = 2;
    const stuck = await attempt(watch, to2.last, every);
    expect(stuck.result, 'it got no further').toMatchObject({ type: 'fault.throttled', nonRetryable: true });
  });

  it('has failed when its last attempt ended with its worker', async () => {
    const load = loadActivity(paged({ page: 0 }), harnessWith(memorySnapshots()));
    expect((await attempt(load, undefined, { attempt: 4, maximumAttempts: 4 })).result).toMatchObject({
      outcome: 'snapshot',
    });
    expect((await attempt(load, undefined, { attempt: 5, maximumAttempts: 4 })).result).toMatchObject({
      type: 'fault.transient',
      nonRetryable: true,
      message: expect.stringMatching(/The last of 4 attempts ended without a word/) as string,
    });
  });

  it('is not whole on a worker that does not have them', async () => {
    const failAt = { page: 2 };
    const here = loadActivity(paged(failAt), harnessWith(memorySnapshots()));
    const first = await attempt(here);
    failAt.page = 0;
    const there = loadActivity(paged(failAt), harnessWith(memorySnapshots()));
    expect((await attempt(there, first.last)).result).toMatchObject({
      complete: false,
      append: { ids: ['k_2', 'k_3'] },
      checkpoint: { cursor: 'before' },
    });
  });

  it('is not taken for whole when it was read further and then lost', async () => {
    const failAt = { page: 2 };
    const load = loadActivity(paged(failAt), harnessWith(memorySnapshots()));
    const first = await attempt(load);
    const beat = first.last as { progress: number; kept: string };
    expect(beat).toMatchObject({ progress: 2, kept: expect.any(String) as string });
    // What an attempt says that reads page 2 and is killed.
    failAt.page = 0;
    const { result } = await attempt(load, { progress: 3 });
    expect(result).toMatchObject({ complete: false, append: { ids: ['k_3'] } });
  });

  it('is counted as a retry', async () => {
    const counted: [string, number, unknown][] = [];
    const metricMeter = Object.assign(Object.create(noopMetricMeter) as typeof noopMetricMeter, {
      createCounter: (name: string) => ({
        add: (value: number, tags: unknown) => void counted.push([name, value, tags]),
      }),
    });
    const load = loadActivity(paged({ page: 0 }), harnessWith(memorySnapshots()));
    for (const attempt of [1, 2]) {
      const environment = new MockActivityEnvironment({ attempt }, { metricMeter });
      await environment.run<[LoadRequest], LoadResult, (given: LoadRequest) => Promise<LoadResult>>(
        load,
        request,
      );
    }
    expect(counted.filter(([name]) => name.endsWith('retries'))).toEqual([
      [
        'stateful_workflow_load_retries',
        1,
        expect.objectContaining({ adapter: 'paged', source: 'contacts' }),
      ],
    ]);
  });
});
