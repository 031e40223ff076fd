import assert from 'node:assert/strict';
import { sorted } from '../bench';
import { Replica } from '../replica';
import type { Group } from './group';

/** Conditional loads: "unchanged" when nothing changed, and only then. */
export const validators: Group = ({ describe, it }, bench, { capabilities }) => {
  if (!capabilities.validators) return;
  describe('validators', () => {
    it('tell that nothing changed, and what changed', async () => {
      const { upstream } = bench;
      const query = upstream.conditionalQuery ?? upstream.query;
      const adapter = bench.adapter();
      const records = await bench.fill(bench.pageSize - 1);
      const replica = new Replica<unknown>();
      const next = async (): Promise<boolean> => {
        const checkpoint = replica.checkpoint as never;
        const attempt = await bench.load(adapter, query, { checkpoint });
        replica.take(attempt);
        return attempt.pages.some(({ unchanged }) => unchanged === true);
      };
      assert.equal(await next(), false, 'the first load has nothing to compare with');
      assert.equal(await next(), true, 'nothing changed');
      assert.equal(await next(), true, 'nothing changed, and "unchanged" does not lose the validators');

      await upstream.patch('r_000', 'changed', 2);
      assert.equal(await next(), false, 'a record changed');
      assert.equal(replica.names.get('r_000'), 'changed');
      assert.equal(await next(), true, 'nothing changed since the change');

      await upstream.remove('r_001');
      assert.equal(await next(), false, 'a record is gone');
      assert.equal(replica.names.size, records.length - 1);
    });

    it('of another state are no "unchanged"', async () => {
      const { upstream } = bench;
      const query = upstream.conditionalQuery ?? upstream.query;
      const records = await bench.fill(1);
      const checkpoint = { validators: { etag: '"of something else"' } };
      const attempt = await bench.load(bench.adapter(), query, { checkpoint });
      assert.deepEqual(sorted(attempt.records), sorted(records));
    });
  });
};
