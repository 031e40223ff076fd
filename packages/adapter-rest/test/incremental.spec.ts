import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Incremental, RestCursor, RestQuery } from '../src/index';
import { adapter, api, failure, loadContext, readAll } from './support';

interface Row {
  readonly id: number;
  readonly at?: string | number | null;
  readonly name?: string;
}

/** A source of rows that a test changes, loaded again and again, each time with what the last load left. */
async function source(incremental: Partial<Incremental> = {}, rest: Partial<RestQuery> = {}) {
  let rows: readonly Row[] = [];
  const asked: (string | undefined)[] = [];
  const origin = await api((app) =>
    app.get<{ Querystring: { since?: string } }>('/rows', ({ query }) => {
      asked.push(query.since);
      const from = query.since;
      return rows.filter(({ at }) => from === undefined || at == null || String(at) >= from);
    }),
  );
  const query: RestQuery = {
    path: '/rows',
    incremental: { field: 'at', param: 'since', ...incremental },
    ...rest,
  };
  const adapted = adapter({ origins: [origin] });
  let cursor: RestCursor | undefined;
  return {
    asked,
    cursor: () => cursor,
    set: (next: readonly Row[]) => void (rows = next),
    query,
    adapted,
    origin,
    async load() {
      const context = loadContext({ apiUrl: origin, ...(cursor && { checkpoint: { cursor } }) });
      const pages = await readAll(adapted, query, context);
      const last = pages.at(-1);
      cursor = last?.cursor ?? cursor;
      return {
        ids: pages.flatMap(({ records }) => records.map((row) => (row as Row).id)),
        complete: last?.complete,
      };
    },
  };
}

const DAY = 24 * 60 * 60 * 1_000;

describe('an incremental source', () => {
  it('warns where no record has the field that says what changed', async () => {
    const { set, query, adapted, origin } = await source({ field: 'updatedAtt' });
    set([{ id: 1, at: 1 }]);
    const context = loadContext({ apiUrl: origin });
    await readAll(adapted, query, context);
    expect(context.seen.warnings).toHaveLength(1);
    const right = loadContext({ apiUrl: origin });
    set([{ id: 1, at: null }]);
    await readAll(adapted, { ...query, incremental: { field: 'at', param: 'since' } }, right);
    expect(right.seen.warnings, 'null is a value that is not there yet').toEqual([]);
  });

  it('finds the field though the schema leaves it out', async () => {
    const { set, query, origin } = await source({}, { schema: 'Row' });
    const schemas = { Row: z.object({ id: z.number() }) };
    set([{ id: 1, at: 5 }]);
    const pages = await readAll(
      adapter({ origins: [origin], schemas }),
      query,
      loadContext({ apiUrl: origin }),
    );
    expect(pages.at(-1)).toMatchObject({ records: [{ id: 1 }], cursor: { since: { value: 5 } } });
  });

  it('asks by the parameter that its cursors take, too (CouchDB)', async () => {
    const changes = [1, 2, 3, 4, 5].map((seq) => ({ seq, id: `d${seq}` }));
    const asked: (string | undefined)[] = [];
    const origin = await api((app) =>
      app.get<{ Querystring: { since?: string } }>('/_changes', ({ query: { since } }) => {
        asked.push(since);
        const results = changes.filter(({ seq }) => seq > Number(since ?? 0)).slice(0, 3);
        return { results, last_seq: results.at(-1)?.seq ?? Number(since) };
      }),
    );
    const query: RestQuery = {
      path: '/_changes',
      items: 'results',
      pagination: { type: 'cursor', cursor: 'last_seq', param: 'since' },
      incremental: { field: 'seq', param: 'since' },
    };
    const rest = adapter({ origins: [origin] });
    const first = (await readAll(rest, query, loadContext({ apiUrl: origin }))).at(-1);
    expect(first?.complete).toBe(true);
    changes.push({ seq: 6, id: 'd2' });
    asked.length = 0;
    const checkpoint = { cursor: first?.cursor as RestCursor };
    const pages = await readAll(rest, query, loadContext({ apiUrl: origin, checkpoint }));
    expect(pages.flatMap(({ records }) => records)).toEqual([{ seq: 6, id: 'd2' }]);
    expect(asked).toEqual(['5', '6']);
    const later = { cursor: pages.at(-1)?.cursor as RestCursor };
    expect(later.cursor.since?.value).toBe(6);
    const quiet = await readAll(rest, query, loadContext({ apiUrl: origin, checkpoint: later }));
    expect(quiet.flatMap(({ records }) => records)).toEqual([]);
  });

  it('is swept in full at first, and then asked for what changed, boundary included', async () => {
    const { set, load, asked } = await source();
    set([
      { id: 1, at: '2026-01-01T00:00:00Z' },
      { id: 2, at: '2026-01-02T00:00:00Z' },
    ]);
    expect(await load()).toEqual({ ids: [1, 2], complete: true });
    expect(await load(), 'the boundary comes again and is no news').toEqual({ ids: [], complete: false });
    set([
      { id: 2, at: '2026-01-02T00:00:00Z' },
      { id: 3, at: '2026-01-02T00:00:00Z' },
    ]);
    expect(await load(), 'a tie that came later').toEqual({ ids: [3], complete: false });
    set([{ id: 2, at: '2026-01-02T00:00:00Z', name: 'changed in the same second' }]);
    expect(await load()).toEqual({ ids: [2], complete: false });
    expect(asked).toEqual([undefined, ...Array.from({ length: 3 }, () => '2026-01-02T00:00:00Z')]);
  });

  it('is asked a lag before its newest value, and gives late records once', async () => {
    const { set, load, asked } = await source({ lag: 60_000 });
    set([{ id: 1, at: '2026-01-01T00:02:00.000Z' }]);
    await load();
    set([
      { id: 1, at: '2026-01-01T00:02:00.000Z' },
      { id: 2, at: '2026-01-01T00:01:30.000Z' },
    ]);
    expect((await load()).ids).toEqual([2]);
    expect((await load()).ids).toEqual([]);
    expect(asked.slice(1)).toEqual(['2026-01-01T00:01:00.000Z', '2026-01-01T00:01:00.000Z']);
  });

  it('takes in records without a value, which move nothing and end nothing', async () => {
    const { set, load, cursor } = await source();
    set([{ id: 1, at: '2026-01-01' }]);
    await load();
    set([{ id: 2, at: null }, { id: 3 }]);
    expect((await load()).ids).toEqual([2, 3]);
    expect(cursor()?.since?.value).toBe('2026-01-01');
    expect((await load()).ids, 'they are no news either').toEqual([]);
    set([
      { id: 2, at: null, name: 'changed' },
      { id: 4, at: '2026-01-03' },
    ]);
    expect((await load()).ids).toEqual([2, 4]);
  });

  it('keeps its place when nothing comes', async () => {
    const { set, load, cursor } = await source();
    set([{ id: 1, at: 7 }]);
    await load();
    const before = cursor();
    set([]);
    expect(await load()).toEqual({ ids: [], complete: false });
    expect(cursor()).toEqual(before);
  });

  it('is swept again so that removals are seen', async () => {
    const { set, load, asked, cursor } = await source({ fullEvery: DAY });
    set([
      { id: 1, at: 1 },
      { id: 2, at: 2 },
    ]);
    await load();
    const sweptAt = cursor()?.since?.sweptAt ?? 0;
    expect(sweptAt).toBeGreaterThan(Date.now() - 60_000);
    (cursor()?.since as { sweptAt: number }).sweptAt = sweptAt - DAY;
    set([{ id: 2, at: 2 }]);
    expect(await load()).toEqual({ ids: [2], complete: true });
    expect(await load()).toEqual({ ids: [], complete: false });
    expect(asked).toEqual([undefined, undefined, '2']);
  });

  it('begins where it is told to, and then proves nothing gone', async () => {
    const { set, load, asked } = await source({ initial: 5, fullEvery: 'never' });
    set([
      { id: 1, at: 4 },
      { id: 2, at: 6 },
    ]);
    expect(await load()).toEqual({ ids: [2], complete: false });
    await load();
    expect(asked).toEqual(['5', '6']);
  });

  it('says so when its field is neither text nor number', async () => {
    const { set, adapted, query, origin } = await source();
    set([{ id: 1, at: {} as never }]);
    const error = await failure(adapted, query, loadContext({ apiUrl: origin }));
    expect(error.message).toMatch(/^incremental\.field: a record has an object at "at"/);
    expect(adapted.classify(error).kind).toBe('invalid');
  });

  it('carries no more names than a checkpoint should hold', async () => {
    const { set, load, cursor } = await source();
    set(Array.from({ length: 2_000 }, (_, id) => ({ id, at: 7 })));
    await load();
    expect(JSON.stringify(cursor()).length).toBeLessThan(6_000);
    expect((await load()).ids, 'then the boundary comes again').toHaveLength(2_000);
  });

  it('sends no validators: they are about another question', async () => {
    let headers: Record<string, unknown> = {};
    const origin = await api((app) =>
      app.get('/rows', (request, reply) => {
        headers = request.headers;
        return reply.header('etag', '"1"').send([]);
      }),
    );
    const query: RestQuery = { path: '/rows', incremental: { field: 'at', param: 'since' } };
    const context = loadContext({ apiUrl: origin, checkpoint: { validators: { etag: '"1"' } } });
    const [page] = await readAll(adapter({ origins: [origin] }), query, context);
    expect(headers).not.toHaveProperty('if-none-match');
    expect(page?.validators).toBeUndefined();
  });
});

describe('a value that lies in the future', () => {
  const soon = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

  it.each([
    ['in 2099', '2099-12-31T00:00:00Z'],
    ['an hour ahead', soon(1)],
    ['that no calendar has', 'infinity'],
  ])('never becomes the boundary: %s', async (_, ahead) => {
    const { set, load, asked, cursor } = await source();
    const early = { id: 1, at: '2026-01-01T00:00:00Z' };
    set([early, { id: 2, at: ahead }]);
    expect((await load()).ids).toEqual([1, 2]);
    expect(cursor()?.since?.value).toBe(early.at);
    const changed = { id: 3, at: soon(-0.01) };
    set([early, { id: 2, at: ahead }, changed]);
    expect((await load()).ids, 'it comes again and is no news').toEqual([3]);
    expect(asked).toEqual([undefined, early.at]);
    expect(cursor()?.since?.value).toBe(changed.at);
  });

  it('is taken for the time of the load, as the API writes it, where there is no other', async () => {
    const { set, load, cursor } = await source();
    set([{ id: 1, at: '2099-12-31 00:00:00' }]);
    const before = Date.now();
    await load();
    const value = String(cursor()?.since?.value);
    expect(value).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    expect(Math.abs(Date.parse(`${value}Z`) - before)).toBeLessThan(5_000);
    set([{ id: 1, at: '2099-12-31 00:00:00' }]);
    expect((await load()).ids).toEqual([]);
  });

  it("is judged by the server's clock", async () => {
    // An hour ahead of the worker's.
    const at = Date.now() + 3_600_000;
    const origin = await api((app) =>
      app.get('/rows', (_, reply) =>
        reply.header('date', new Date(at).toUTCString()).send([
          { id: 1, at: new Date(at - 60_000).toISOString() },
          { id: 2, at: new Date(at + 60_000).toISOString() },
        ]),
      ),
    );
    const query: RestQuery = { path: '/rows', incremental: { field: 'at', param: 'since' } };
    const [page] = await readAll(adapter({ origins: [origin] }), query, loadContext({ apiUrl: origin }));
    expect(page?.cursor?.since?.value).toBe(new Date(at - 60_000).toISOString());
  });

  it('that a load before has left is not asked for', async () => {
    const asked: string[] = [];
    const origin = await api((app) =>
      app.get<{ Querystring: { since: string } }>('/rows', ({ query }) => {
        asked.push(query.since);
        return [];
      }),
    );
    const cursor = { since: { value: '2099-12-31T00:00:00.000Z', seen: [], sweptAt: Date.now() } };
    const query: RestQuery = { path: '/rows', incremental: { field: 'at', param: 'since' } };
    const context = loadContext({ apiUrl: origin, checkpoint: { cursor } });
    await readAll(adapter({ origins: [origin] }), query, context);
    expect(Math.abs(Date.parse(asked[0] ?? '') - Date.now())).toBeLessThan(5_000);
  });
});

describe.each(['UTC', 'America/Los_Angeles', 'Asia/Tokyo'])('on a worker in %s', (zone) => {
  const before = process.env['TZ'];
  beforeAll(() => void (process.env['TZ'] = zone));
  afterAll(() => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });

  it.each<[string | number, string]>([
    ['2026-11-29T01:00:07', '2026-11-29T00:59:07'],
    ['2026-11-29 01:00:07', '2026-11-29 00:59:07'],
    ['2026-11-29T01:00:07.123456+05:30', '2026-11-29T00:59:07.123456+05:30'],
    [1_764_378_007_000, '1764377947000'],
  ])('a lag is in the notation of the API: %j', async (at, earlier) => {
    const { set, load, asked } = await source({ lag: 60_000 });
    set([{ id: 1, at }]);
    await load();
    await load();
    expect(asked).toEqual([undefined, earlier]);
  });
});

describe('numbers with many digits', () => {
  it('are compared and asked for digit by digit', async () => {
    const asked: (string | undefined)[] = [];
    const origin = await api((app) =>
      app.get<{ Querystring: { since?: string } }>('/rows', ({ query }, reply) => {
        asked.push(query.since);
        return reply
          .type('application/json')
          .send('[{"id":1,"at":1767225600123456790},{"id":2,"at":1767225600123456789}]');
      }),
    );
    const query: RestQuery = { path: '/rows', incremental: { field: 'at', param: 'since', lag: 10 } };
    const rest = adapter({ origins: [origin] });
    const [page] = await readAll(rest, query, loadContext({ apiUrl: origin }));
    const cursor = page?.cursor;
    await readAll(rest, query, loadContext({ apiUrl: origin, ...(cursor && { checkpoint: { cursor } }) }));
    expect(asked).toEqual([undefined, '1767225600123456780']);
  });
});
