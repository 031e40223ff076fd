import assert from 'node:assert/strict';
import { sorted } from '../bench';
import type { Group } from './group';

/** What a second attempt makes of what the first one left. */
export const resume: Group = ({ describe, it }, bench, { capabilities: { pages: isPaged = true } }) => {
  describe('a second attempt', () => {
    for (const pages of isPaged ? [1, 3] : [0]) {
      it(`misses no record after a kill in the middle of page ${pages + 1}`, async () => {
        const { upstream } = bench;
        const expected = await bench.fill(5 * bench.pageSize + 1);
        const [name] = Object.entries(upstream.failures).find(([, { midPage }]) => midPage) ?? [];
        assert.ok(name, 'no failure of the upstream breaks off in the middle of a page');
        await upstream.fail(name, { after: pages });
        const first = await bench.attempt(bench.adapter(), upstream.query);
        assert.equal(bench.faultOf(bench.adapter(), first).kind, 'transient');
        await upstream.recover();

        // Another adapter: the process that ran the first attempt is gone, and what is left is its last heartbeat.
        const told = first.heartbeats.at(-1);
        const resumeFrom = told === undefined ? undefined : (JSON.parse(JSON.stringify(told)) as never);
        const second = await bench.load(bench.adapter(), upstream.query, { resumeFrom });
        const records = second.resumed ? [...first.records, ...second.records] : second.records;
        const byId = new Map(records.map((record) => [record.id, record]));
        assert.deepEqual(sorted([...byId.values()]), sorted(expected));
        if (second.resumed) {
          assert.ok(second.records.length < expected.length, 'it says that it went on, and began anew');
        }
      });
    }

    it('takes up nothing from one that did not get to its first page', async () => {
      const { upstream } = bench;
      const expected = await bench.fill(bench.pageSize + 1);
      const { records } = await bench.load(bench.adapter(), upstream.query, { resumeFrom: undefined });
      assert.deepEqual(sorted(records), sorted(expected));
    });
  });
};
