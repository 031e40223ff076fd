import assert from 'node:assert/strict';
import { Replica } from '../replica';
import type { Group } from './group';

/** Loads that bring what changed since the cursor, and lose nothing. */
export const incremental: Group = ({ describe, it }, bench, { capabilities }) => {
  if (!capabilities.incremental) return;
  const { deletes = 'sweep', pages: isPaged = true } = capabilities;
  /** How many requests go well of a load that then breaks off. */
  const after = isPaged ? 1 : 0;

  /** A copy of the source that is kept by incremental loads. */
  function copy() {
    const { upstream } = bench;
    const adapter = bench.adapter();
    const replica = new Replica<unknown>();
    assert.ok(upstream.incremental, 'the upstream has no query for incremental');
    const { query, lateness } = upstream.incremental;
    const next = async (): Promise<readonly string[]> => {
      const attempt = await bench.load(adapter, query, { checkpoint: replica.checkpoint as never });
      replica.take(attempt);
      return attempt.records.map(({ id }) => id);
    };
    return { upstream, replica, next, lateness };
  }

  describe('incremental', () => {
    it('brings everything at first, and then what changed', async () => {
      const { upstream, replica, next, lateness } = copy();
      await bench.fill(2 * bench.pageSize + 1, 1);
      await next();
      assert.equal(replica.names.size, 2 * bench.pageSize + 1);
      assert.notEqual(replica.checkpoint?.cursor, undefined, 'a full look leaves a cursor');

      const later = 2 + lateness;
      await upstream.patch('r_002', 'changed', later);
      await upstream.put([{ id: 'r_new', name: 'new' }], later + 1);
      await next();
      assert.equal(replica.names.get('r_002'), 'changed');
      assert.equal(replica.names.get('r_new'), 'new');

      await upstream.patch('r_new', 'newer', 2 * later + 1);
      const brought = await next();
      assert.equal(replica.names.get('r_new'), 'newer');
      assert.ok(!brought.includes('r_000'), 'it brings again what is long known');
    });

    it('loses none of the records that share a time at the boundary', async () => {
      const { upstream, replica, next } = copy();
      await upstream.put([{ id: 'a', name: 'a' }], 5);
      await next();
      await upstream.put([{ id: 'b', name: 'b' }], 5);
      await next();
      await upstream.patch('a', 'changed in the same moment', 5);
      await upstream.put([{ id: 'c', name: 'c' }], 5);
      await next();
      assert.deepEqual(replica.entries, [
        ['a', 'changed in the same moment'],
        ['b', 'b'],
        ['c', 'c'],
      ]);
    });

    it('loses none when more of them share a time than a page holds', async () => {
      const { replica, next } = copy();
      await bench.fill(3 * bench.pageSize + 1, 5);
      await next();
      assert.equal(replica.names.size, 3 * bench.pageSize + 1);
    });

    it('finds a record that arrives late', async () => {
      const { upstream, replica, next, lateness } = copy();
      await upstream.put([{ id: 'a', name: 'a' }], 100);
      await next();
      await upstream.put([{ id: 'late', name: 'late' }], 100 - lateness);
      await next();
      assert.ok(replica.names.has('late'), `a record ${lateness} before the newest one is lost`);
    });

    it('is not led into the future by a record that says it changed there', async () => {
      const { upstream, replica, next, lateness } = copy();
      const { ahead } = upstream.incremental ?? {};
      if (ahead === undefined) return;
      await upstream.put([{ id: 'a', name: 'a' }], 1);
      await upstream.put([{ id: 'ahead', name: 'ahead' }], ahead);
      await next();
      await upstream.put([{ id: 'later', name: 'later' }], 2 + lateness);
      await next();
      assert.ok(replica.names.has('later'), 'what changed after a record of the future is lost');
      assert.ok(replica.names.has('ahead'), 'the record of the future is lost');
    });

    it('keeps its cursor when there is nothing', async () => {
      const { upstream, replica, next } = copy();
      await next();
      await upstream.put([{ id: 'a', name: 'a' }], 5);
      await next();
      const before = replica.checkpoint?.cursor;
      await next();
      await next();
      assert.deepEqual(replica.checkpoint?.cursor, before);
      await upstream.put([{ id: 'b', name: 'b' }], 6);
      await next();
      assert.deepEqual(
        replica.entries.map(([id]) => id),
        ['a', 'b'],
      );
    });

    if (deletes === 'explicit')
      it('tells of a record that is gone, and of one that came back', async () => {
        const { upstream, replica, next, lateness } = copy();
        const records = await bench.fill(bench.pageSize + 1, 1);
        await next();
        await upstream.remove('r_001');
        await next();
        assert.ok(!replica.names.has('r_001'), 'a record that is gone is not told of');
        assert.equal(replica.names.size, records.length - 1, 'others went with it');
        await upstream.put([{ id: 'r_001', name: 'back' }], 2 + lateness);
        await upstream.remove('r_002');
        await next();
        assert.equal(replica.names.get('r_001'), 'back');
        assert.ok(!replica.names.has('r_002'));
      });

    it('asks for the same when it goes on after it broke off', async () => {
      const { upstream, replica, next, lateness } = copy();
      await bench.fill(1, 1);
      await next();
      const later = 2 + lateness;
      const ids = Array.from({ length: 3 * bench.pageSize }, (_, n) => `s_${String(n).padStart(2, '0')}`);
      // Each later than the one before by more than what is asked for again.
      for (const [n, id] of ids.entries()) await upstream.put([{ id, name: id }], later + n * (lateness + 1));
      const [name = ''] = Object.entries(upstream.failures).find(([, { midPage }]) => midPage) ?? [];
      await upstream.fail(name, { after });
      const query = upstream.incremental?.query as never;
      const checkpoint = replica.checkpoint as never;
      const first = await bench.attempt(bench.adapter(), query, { checkpoint });
      await upstream.recover();
      const resumeFrom = first.heartbeats.at(-1);
      const second = await bench.load(bench.adapter(), query, { checkpoint, resumeFrom });
      const given = new Set([...first.records, ...second.records].map(({ id }) => id));
      assert.deepEqual(
        ids.filter((id) => !given.has(id)),
        [],
        'the two attempts together miss records',
      );
    });

    it('finds what slipped onto a page that was read, since another record went meanwhile', async () => {
      const { upstream, replica, next, lateness } = copy();
      const query = upstream.incremental?.query as never;
      const ids = Array.from({ length: 3 * bench.pageSize }, (_, n) => `s_${String(n).padStart(2, '0')}`);
      // Each later than the one before by more than what is asked for again.
      for (const [n, id] of ids.entries()) await upstream.put([{ id, name: id }], 1 + n * (lateness + 1));
      const gone = ids[1] ?? '';
      const attempt = await bench.load(bench.adapter(), query, {
        onPage: (_, index) => (index === 0 ? upstream.remove(gone) : undefined),
      });
      replica.take(attempt);
      await next();
      assert.deepEqual(
        ids.filter((id) => id !== gone && !replica.names.has(id)),
        [],
        'two loads together miss records',
      );
    });

    it('does not move its cursor when it breaks off', async () => {
      const { upstream, replica, next } = copy();
      await bench.fill(1, 1);
      await next();
      const { cursor } = replica.checkpoint ?? {};
      await upstream.put(
        Array.from({ length: 3 * bench.pageSize }, (_, n) => ({ id: `s_${n}`, name: `s ${n}` })),
        9,
      );
      const [name = ''] = Object.entries(upstream.failures).find(([, { midPage }]) => midPage) ?? [];
      await upstream.fail(name, { after });
      await assert.rejects(next());
      await upstream.recover();
      assert.deepEqual(replica.checkpoint?.cursor, cursor);
      await next();
      assert.equal(replica.names.size, 1 + 3 * bench.pageSize);
    });
  });
};
