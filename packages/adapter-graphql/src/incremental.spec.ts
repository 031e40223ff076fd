import { describe, expect, it } from 'vitest';
import type { GraphqlCursor, GraphqlIncremental } from './graphql-query';
import { Incremental } from './incremental';

const options: GraphqlIncremental = { variable: 'since', field: 'at' };

/** One load after another, at times in hours. */
function loads(given: GraphqlIncremental = options) {
  let cursor: GraphqlCursor | undefined;
  return (records: readonly unknown[], hour = 0) => {
    const load = new Incremental(given, cursor, hour * 3_600_000);
    const news = load.take(records);
    cursor = JSON.parse(JSON.stringify(load.cursor)) as GraphqlCursor;
    return { asked: load.variables.since, news, isSweep: load.isSweep, since: cursor.since };
  };
}

describe('Incremental', () => {
  it('begins with everything, and goes on from the newest', () => {
    const load = loads();
    const [a, b] = [
      { id: 'a', at: '2026-01-01T00:00:00Z' },
      { id: 'b', at: '2026-01-02T00:00:00Z' },
    ];
    expect(load([b, a])).toEqual({ asked: null, news: [b, a], isSweep: true, since: b.at });
    expect(load([b])).toEqual({ asked: b.at, news: [], isSweep: false, since: b.at });
  });

  it('knows records at the boundary again, unless they changed', () => {
    const load = loads();
    load([{ id: 'a', at: 5 }]);
    const [same, changed, added] = [
      { id: 'a', at: 5 },
      { id: 'a', at: 5, x: 1 },
      { id: 'b', at: 5 },
    ];
    expect(load([same, added]).news).toEqual([added]);
    expect(load([changed, added]).news).toEqual([changed]);
  });

  it('asks again for the lag, in milliseconds or in units', () => {
    const times = loads({ ...options, lag: 1_000 });
    times([{ id: 'a', at: '2026-01-01T00:00:05.000Z' }]);
    expect(times([]).asked).toBe('2026-01-01T00:00:04.000Z');
    const numbers = loads({ ...options, lag: 3 });
    numbers([{ id: 'a', at: 10 }]);
    expect(numbers([{ id: 'late', at: 8 }])).toMatchObject({
      asked: 7,
      news: [{ id: 'late', at: 8 }],
      since: 10,
    });
  });

  it('compares times as times', () => {
    const load = loads();
    expect(
      load([
        { id: 'a', at: '2026-01-01T10:00:00+02:00' },
        { id: 'b', at: '2026-01-01T09:00:00Z' },
      ]).since,
    ).toBe('2026-01-01T09:00:00Z');
  });

  it('loads records without a time, and is not moved by them', () => {
    const load = loads();
    expect(load([{ id: 'a', at: null }, { id: 'b', at: 4 }, { id: 'c' }])).toMatchObject({ since: 4 });
    expect(load([{ id: 'a', at: null }]).news).toEqual([{ id: 'a', at: null }]);
  });

  it.each(['2099-12-31T00:00:00Z', new Date(Date.now() + 3_600_000).toISOString(), 'infinity'])(
    'is never moved beyond the time of the load: %s',
    (ahead) => {
      const load = loads({ ...options, lag: 60_000 });
      const [early, late] = [
        { id: 'a', at: '2026-01-01 00:00:00' },
        { id: 'b', at: ahead },
      ];
      expect(load([early, late]).since).toBe(early.at);
      const changed = { id: 'c', at: '2026-01-02 00:00:00' };
      expect(load([early, late, changed])).toMatchObject({
        asked: '2025-12-31 23:59:00',
        since: changed.at,
      });
    },
  );

  it('compares numbers with many digits by them all', () => {
    const load = loads({ ...options, lag: 10 });
    load([
      { id: 'a', at: '1767225600123456790' },
      { id: 'b', at: '1767225600123456789' },
    ]);
    expect(load([]).asked).toBe('1767225600123456780');
  });

  it('keeps its place when there is nothing', () => {
    const load = loads();
    const record = { id: 'a', at: 5 };
    load([record]);
    expect(load([]).since).toBe(5);
    expect(load([record]).news).toEqual([]);
  });

  it('loads everything every so often', () => {
    const load = loads({ ...options, fullEvery: 2 * 3_600_000 });
    const record = { id: 'a', at: 5 };
    load([record], 10);
    expect(load([record], 11)).toMatchObject({ isSweep: false, asked: 5, news: [] });
    expect(load([record], 12)).toMatchObject({ isSweep: true, asked: null, news: [record] });
    expect(load([record], 13)).toMatchObject({ isSweep: false });
  });

  it('does so once a day by itself, and never if it is told so', () => {
    const [daily, never] = [loads(), loads({ ...options, fullEvery: 'never' })];
    for (const load of [daily, never]) load([{ id: 'a', at: 5 }], 1);
    expect(daily([], 26).isSweep).toBe(true);
    expect(never([], 10_000).isSweep).toBe(false);
  });

  it('remembers no more than 500 of a boundary: of more, all come again', () => {
    const load = loads();
    const many = Array.from({ length: 501 }, (_, n) => ({ id: n, at: 5 }));
    load(many);
    expect(load(many).news).toHaveLength(501);
  });

  it('goes on with what the attempt before saw', () => {
    const first = new Incremental(options, undefined, 1_000);
    first.take([{ id: 'a', at: 7 }]);
    const progress = { page: {}, records: 1, ...first.progress };
    const second = new Incremental(options, undefined, 9_000, structuredClone(progress));
    second.take([{ id: 'b', at: 5 }]);
    expect(second.isSweep).toBe(true);
    expect(second.cursor).toEqual({ ...first.cursor, sweptAt: 1_000, since: 7 });
  });
});
