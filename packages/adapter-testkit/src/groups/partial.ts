import assert from 'node:assert/strict';
import { Replica } from '../replica';
import type { Group } from './group';

/** Answers that say themselves that something is missing. */
export const partial: Group = ({ describe, it }, bench) => {
  describe('partial errors', () => {
    it('are told, and neither delete nor move a cursor', async () => {
      const { upstream } = bench;
      // A source that gives all or nothing has no such query, and then has no partial errors.
      if (upstream.partial === undefined) {
        await bench.fill(1);
        const { pages } = await bench.load(bench.adapter(), upstream.query);
        return assert.ok(pages.every(({ partialErrors = [] }) => partialErrors.length === 0));
      }
      const { query, failure } = upstream.partial;
      const adapter = bench.adapter();
      const records = await bench.fill(2 * bench.pageSize);
      const replica = new Replica<unknown>();
      replica.take(await bench.load(adapter, query));
      const before = { names: replica.entries, cursor: replica.checkpoint?.cursor };
      assert.equal(before.names.length, records.length);

      await upstream.fail(failure);
      const attempt = await bench.load(adapter, query);
      const told = attempt.pages.flatMap(({ partialErrors = [] }) => partialErrors);
      assert.ok(told.length > 0, 'nothing is told');
      assert.ok(told.every(({ message }) => message.length > 0));
      replica.take(attempt);
      assert.equal(replica.names.size, records.length, 'what is missing in a partial answer is deleted');
      assert.deepEqual(replica.checkpoint?.cursor, before.cursor);

      await upstream.recover();
      replica.take(await bench.load(adapter, query));
      assert.deepEqual(replica.entries, before.names);
    });
  });
};
