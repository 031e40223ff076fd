import assert from 'node:assert/strict';
import { Secret, type LoadContext } from '@stateful-workflow/core';
import type { Group } from './group';

/** Hints that a look is worth it. */
export const watch: Group = ({ describe, it }, bench, { capabilities }) => {
  if (!capabilities.watch) return;

  const context = <Cursor>(signal: AbortSignal): LoadContext<Cursor> => ({
    signal,
    apiUrl: bench.upstream.apiUrl,
    entity: { name: 'Conformance', id: 'x_1' },
    credential: async () => ({ secret: new Secret(bench.upstream.token()), fingerprint: '0badc0de' }),
    heartbeat: () => {},
    log: { debug: () => {}, info: () => {}, warn: () => {} },
    metrics: { count: () => {}, duration: () => {} },
  });

  describe('watch', () => {
    it('resolves when the source changes', async () => {
      const { upstream } = bench;
      const adapter = bench.adapter();
      const controller = new AbortController();
      let told = false;
      const hint = adapter.waitForHint?.(upstream.query, context(controller.signal)).then(() => {
        told = true;
      });
      // The wait begins at some moment after the call: changes go on until one of them is heard.
      for (let n = 0; !told; n += 1) {
        await upstream.put([{ id: 'r_000', name: `name ${n}` }], n);
        await Promise.race([hint, new Promise((resolve) => setTimeout(resolve, 50))]);
        assert.ok(n < 200, 'no change is heard of');
      }
      await hint;
      assert.deepEqual(upstream.requests() > 0, true);
    });

    it('ends within a second of its signal', async () => {
      const { upstream } = bench;
      const adapter = bench.adapter();
      const controller = new AbortController();
      const hint = adapter.waitForHint?.(upstream.query, context(controller.signal));
      while (upstream.requests() === 0) await upstream.requested();
      const started = performance.now();
      controller.abort(new Error('cancelled'));
      await Promise.resolve(hint).catch(() => {});
      assert.ok(performance.now() - started < 1_000);
    });
  });
};
