import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import type { Checkpoint, DataSourceAdapter, EntityRef, Page } from '../contract/adapter';
import type { LoadRequest, LoadResult } from '../contract/load';
import { defineSchema, many } from '../contract/schema';
import { loadActivity } from './load-activity';
import { memorySnapshots } from './snapshots';

const silent = new DefaultLogger('ERROR', () => {});

const request: LoadRequest = {
  source: 'tickets',
  query: {},
  entity: { name: 'Customer', id: 'c_1' },
  schema: defineSchema({
    Customer: { relations: { tickets: many('Ticket') } },
    Ticket: { relations: { comments: many('Comment') } },
    Comment: {},
  }),
  into: 'tickets',
};

/** Loads one sweep after another, each from the checkpoint of the load before. */
function sweeps(isThere?: (id: string) => boolean | undefined) {
  let pages: readonly Page[] = [];
  const adapter: DataSourceAdapter = {
    name: 'numbered',
    contractVersion: 1,
    capabilities: {},
    querySchema: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
    async *load() {
      yield* pages;
    },
    ...(isThere && { isThere: async (_: unknown, { id }: EntityRef) => isThere(id) }),
    classify: (error) => ({ kind: 'fatal', message: String(error) }),
  };
  const harness = {
    vault: { providers: [] },
    snapshots: memorySnapshots(),
    maxResultBytes: 1e6,
    maxLoadBytes: 1e6,
  };
  let checkpoint: Checkpoint | undefined;
  const load = async (given: readonly Page[]): Promise<LoadResult> => {
    pages = given;
    const environment = new MockActivityEnvironment({}, { logger: silent });
    const result = await environment.run<
      [LoadRequest],
      LoadResult,
      (given: LoadRequest) => Promise<LoadResult>
    >(loadActivity(adapter, harness), { ...request, checkpoint });
    if (result.outcome !== 'part') checkpoint = result.checkpoint ?? checkpoint;
    return result;
  };
  return {
    checkpoint: () => checkpoint,
    /** A sweep whose pages may have shifted. */
    drifting: (ids: readonly string[], more: Partial<Page> = {}) =>
      load([{ records: ids.map(ticket), complete: true, drifts: true, ...more }]),
    load,
    /** The worker was another one, or has forgotten. */
    forget: () => void (harness.snapshots = memorySnapshots()),
  };
}

const ticket = (id: string): unknown => ({ id, comments: [{ id: `${id}_1` }] });

describe('a sweep whose list may have moved', () => {
  it('removes what two of them miss, and what hangs from it', async () => {
    const { drifting } = sweeps();
    await drifting(['a', 'b', 'c']);
    expect(await drifting(['a', 'c']), 'b may have slipped onto a page that was read').toMatchObject({
      outcome: 'unchanged',
    });
    expect(await drifting(['a', 'c'])).toMatchObject({
      outcome: 'delta',
      changes: { deletes: { Ticket: ['b'], Comment: ['b_1'] } },
    });
    expect(await drifting(['a', 'c'])).toEqual({ outcome: 'unchanged' });
  });

  it('keeps what the next one has again', async () => {
    const { drifting } = sweeps();
    await drifting(['a', 'b', 'c']);
    await drifting(['a', 'c']);
    expect(await drifting(['a', 'b', 'c'])).toMatchObject({ outcome: 'unchanged' });
    expect(await drifting(['a', 'b', 'c'])).toEqual({ outcome: 'unchanged' });
  });

  it('takes in what else it gives, with what it misses at its place in the list', async () => {
    const { drifting } = sweeps();
    await drifting(['a', 'b', 'c', 'd']);
    const result = await drifting(['e', 'a', 'd']);
    expect(result).toMatchObject({ outcome: 'delta', changes: { set: { Ticket: { e: { id: 'e' } } } } });
    expect(result).not.toHaveProperty('changes.deletes');
    expect(result).toMatchObject({ changes: { splice: { Customer: { c_1: { tickets: [0, 0, ['e']] } } } } });
    const next = await drifting(['e', 'a', 'c']);
    expect(next, 'b was missed twice, d once').toMatchObject({ changes: { deletes: { Ticket: ['b'] } } });
    expect(await drifting(['e', 'a', 'c'])).toMatchObject({ changes: { deletes: { Ticket: ['d'] } } });
  });

  it('removes nothing when it is not known what the one before gave, and the next one does', async () => {
    const { drifting, forget } = sweeps();
    await drifting(['a', 'b', 'c']);
    forget();
    expect(await drifting(['a', 'c'])).toMatchObject({
      outcome: 'snapshot',
      complete: false,
      append: { field: 'tickets', ids: ['a', 'c'] },
    });
    forget();
    expect(await drifting(['a', 'c']), 'the same again').toMatchObject({
      outcome: 'snapshot',
      complete: true,
    });
    expect(await drifting(['a', 'c'])).toEqual({ outcome: 'unchanged' });
  });

  it('leaves no cursor and no validators while something is to be confirmed', async () => {
    const { drifting, checkpoint } = sweeps();
    const more = { cursor: 7, validators: { etag: '"1"' } };
    await drifting(['a', 'b'], more);
    expect(checkpoint()).toMatchObject(more);
    await drifting(['a'], more);
    expect(checkpoint()).not.toHaveProperty('cursor');
    expect(checkpoint()).not.toHaveProperty('validators');
    await drifting(['a'], more);
    expect(checkpoint()).toMatchObject(more);
  });

  it('is one in which a record came on two pages', async () => {
    const { drifting, load } = sweeps();
    await drifting(['a', 'b', 'c']);
    const pages = [
      { records: [ticket('a')], complete: false },
      { records: [ticket('a'), ticket('c')], complete: true },
    ];
    expect(await load(pages)).toMatchObject({ outcome: 'unchanged' });
    expect(await load(pages)).toMatchObject({ changes: { deletes: { Ticket: ['b'] } } });
  });

  it('is no other: a list that stood still removes at once', async () => {
    const { drifting, load } = sweeps();
    await drifting(['a', 'b']);
    expect(await load([{ records: [ticket('a')], complete: true }])).toMatchObject({
      changes: { deletes: { Ticket: ['b'] } },
    });
  });
});

describe('what a sweep missed that can be asked for by itself', () => {
  it('goes at once where it is not there, and stays where it is', async () => {
    const there = new Set(['b']);
    const asked: string[] = [];
    const { drifting, checkpoint } = sweeps((id) => {
      asked.push(id);
      return there.has(id);
    });
    await drifting(['a', 'b', 'c', 'd'], { cursor: 7 });
    expect(asked, 'nothing was missed').toEqual([]);
    expect(await drifting(['a', 'd'], { cursor: 7 })).toMatchObject({
      outcome: 'delta',
      changes: { deletes: { Ticket: ['c'], Comment: ['c_1'] } },
    });
    expect(asked).toEqual(['b', 'c']);
    expect(checkpoint(), 'the next load has to be a sweep').not.toHaveProperty('cursor');
    expect(await drifting(['a', 'd']), 'b is missed twice, and there').toMatchObject({
      outcome: 'unchanged',
    });
    there.clear();
    expect(await drifting(['a', 'd'])).toMatchObject({ changes: { deletes: { Ticket: ['b'] } } });
  });

  it.each<[string, (id: string) => boolean | undefined]>([
    ['the query does not say how', () => undefined],
    [
      'the source does not answer',
      () => {
        throw new Error('busy');
      },
    ],
  ])('waits for the next sweep where %s', async (_, isThere) => {
    const { drifting } = sweeps(isThere);
    await drifting(['a', 'b']);
    expect(await drifting(['a'])).toMatchObject({ outcome: 'unchanged' });
    expect(await drifting(['a'])).toMatchObject({ changes: { deletes: { Ticket: ['b'] } } });
  });

  it('is not asked for where it is much: the next sweep tells of all', async () => {
    let asked = 0;
    const { drifting } = sweeps(() => (asked += 1) < 0);
    await drifting(Array.from({ length: 102 }, (_, i) => `t_${i}`));
    expect(await drifting(['t_0'])).toMatchObject({ outcome: 'unchanged' });
    expect(asked).toBe(0);
  });
});
