import assert from 'node:assert/strict';
import { sorted } from '../bench';
import { Replica } from '../replica';
import type { Group } from './group';

/** Full sweeps, and what they say is gone. */
export const sweep: Group = ({ describe, it }, bench, { capabilities }) => {
  const { deletes = 'sweep', pages: isPaged = true } = capabilities;
  describe('full sweep', () => {
    it('gives an empty source as empty', async () => {
      const { records, pages } = await bench.load(bench.adapter(), bench.upstream.query);
      assert.deepEqual(records, []);
      assert.equal(pages.at(-1)?.complete, deletes !== 'none');
    });

    for (const [what, count] of [
      ['a part of a page', (size: number) => size - 1],
      ['exactly one page', (size: number) => size],
      ['a page and one record', (size: number) => size + 1],
      ['exactly three pages', (size: number) => 3 * size],
      ['several pages and a part', (size: number) => 4 * size + 1],
    ] as const) {
      it(`gives every record once: ${what}`, async () => {
        const { query } = bench.upstream;
        const { pageSize } = bench;
        const expected = await bench.fill(count(pageSize));
        const { records, pages, heartbeats } = await bench.load(bench.adapter(), query);
        assert.deepEqual(sorted(records), sorted(expected));
        assert.equal(pages.at(-1)?.complete, deletes !== 'none');
        if (isPaged) assert.ok(pages.length >= Math.floor(count(pageSize) / pageSize), 'it comes in pages');
        assert.ok(heartbeats.length >= pages.length - 1, 'each page is heard of');
      });
    }

    it('goes on to the end when the source gives smaller pages than were asked for', async () => {
      const { upstream } = bench;
      if (upstream.cap === undefined) return;
      const expected = await bench.fill(2 * bench.pageSize + 1);
      await upstream.cap(bench.pageSize - 1);
      const { records, pages } = await bench.load(bench.adapter(), upstream.query);
      assert.deepEqual(sorted(records), sorted(expected));
      assert.equal(pages.at(-1)?.complete, deletes !== 'none');
    });

    it('takes nothing for gone that slipped onto a page which was read', async () => {
      const { upstream } = bench;
      const [gone, ...rest] = await bench.fill(3 * bench.pageSize);
      assert.ok(gone);
      const { records, pages } = await bench.load(bench.adapter(), upstream.query, {
        onPage: (_, index) => (index === 0 ? upstream.remove(gone.id) : undefined),
      });
      const given = new Set(records.map(({ id }) => id));
      const missed = rest.filter(({ id }) => !given.has(id)).map(({ id }) => id);
      const last = pages.at(-1);
      assert.ok(
        missed.length === 0 || !last?.complete || last.drifts,
        `the sweep missed ${missed.join(', ')}, which is there, and calls itself complete`,
      );
    });

    it('is not complete when there is more, and the query does not know how to go on', async () => {
      const { upstream } = bench;
      if (upstream.unpagedQuery === undefined) return;
      await bench.fill(2 * bench.pageSize);
      const { pages, failure } = await bench.attempt(bench.adapter(), upstream.unpagedQuery);
      assert.ok(failure !== undefined || !pages.at(-1)?.complete, 'the first page is taken for all');
    });

    it('is not complete when it breaks off', async () => {
      const { upstream } = bench;
      await bench.fill(3 * bench.pageSize);
      for (const [name, { kind }] of Object.entries(upstream.failures)) {
        if (kind !== 'transient') continue;
        await upstream.fail(name, { after: isPaged ? 1 : 0 });
        const { failure, pages } = await bench.attempt(bench.adapter(), upstream.query);
        const where = isPaged ? ' on the second page' : '';
        assert.ok(failure, `${name}${where} goes unnoticed`);
        assert.ok(pages.length < 3, `${name}${where} comes too late`);
        await upstream.recover();
      }
    });
  });

  describe('deletes', () => {
    it('keep a copy equal to the source, load after load', async () => {
      const { upstream } = bench;
      const adapter = bench.adapter();
      const records = await bench.fill(2 * bench.pageSize + 1);
      const held = new Map(records.map(({ id, name }) => [id, name]));
      const replica = new Replica<never>() as Replica<unknown>;
      const reload = async (): Promise<void> => {
        const options = replica.checkpoint && { checkpoint: replica.checkpoint as never };
        const attempt = await bench.load(adapter, upstream.query, options);
        replica.take(attempt);
        // What a list that may have moved missed, a second look confirms.
        if (attempt.pages.at(-1)?.drifts) replica.take(await bench.load(adapter, upstream.query));
        const expected = [...held].sort(([a], [b]) => (a < b ? -1 : 1));
        if (deletes === 'none') {
          assert.deepEqual(
            replica.entries.filter(([id]) => held.has(id)),
            expected,
          );
        } else assert.deepEqual(replica.entries, expected);
      };
      await reload();
      for (const gone of [records[0], records[bench.pageSize], records.at(-1)]) {
        assert.ok(gone);
        await upstream.remove(gone.id);
        held.delete(gone.id);
        await reload();
      }
      await upstream.patch('r_001', 'another name', 2);
      await upstream.put([{ id: 'r_new', name: 'new' }], 2);
      held.set('r_001', 'another name').set('r_new', 'new');
      await reload();
    });
  });
};
