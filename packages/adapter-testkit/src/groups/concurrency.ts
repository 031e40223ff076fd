import assert from 'node:assert/strict';
import { sorted } from '../bench';
import type { Group } from './group';

/** Many loads at once. */
export const concurrency: Group = ({ describe, it }, bench) => {
  describe('concurrent loads', () => {
    it('each give the whole', async () => {
      const { upstream } = bench;
      const expected = sorted(await bench.fill(3 * bench.pageSize));
      const adapter = bench.adapter();
      const loads = await Promise.all(Array.from({ length: 8 }, () => bench.load(adapter, upstream.query)));
      for (const { records } of loads) assert.deepEqual(sorted(records), expected);
    });

    it('do not end with one of them', async () => {
      const { upstream } = bench;
      const expected = sorted(await bench.fill(3 * bench.pageSize));
      const adapter = bench.adapter();
      await upstream.delay(100);
      const controller = new AbortController();
      const reason = new Error('cancelled');
      const aborted = bench.attempt(adapter, upstream.query, { signal: controller.signal });
      const others = Array.from({ length: 3 }, () => bench.load(adapter, upstream.query));
      await bench.requested();
      controller.abort(reason);
      assert.equal((await aborted).failure?.error, reason);
      for (const { records } of await Promise.all(others)) assert.deepEqual(sorted(records), expected);
    });
  });
};
