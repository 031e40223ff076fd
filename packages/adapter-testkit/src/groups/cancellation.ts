import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { Group } from './group';

/** Longer than any test: what waits so long has to be ended. */
const FOREVER = 60_000;

/** The time within which an aborted load has to be over, in milliseconds. */
const LIMIT = 1_000;

/** Aborts, breaks and clocks. */
export const cancellation: Group = ({ describe, it }, bench, { capabilities }) => {
  const { pages: isPaged = true } = capabilities;
  describe('cancellation', () => {
    for (const [where, after] of [
      ['before the first page', 0],
      ['in mid-sweep', 2],
    ] as const) {
      if (after > 0 && !isPaged) continue;
      it(`ends a load that waits ${where} within a second`, async () => {
        const { upstream } = bench;
        await bench.fill(4 * bench.pageSize);
        await upstream.delay(FOREVER, { after });
        const controller = new AbortController();
        const reason = new Error('cancelled');
        const load = bench.attempt(bench.adapter(), upstream.query, { signal: controller.signal });
        await bench.requested(after + 1);
        const started = performance.now();
        controller.abort(reason);
        const { failure } = await load;
        assert.ok(performance.now() - started < LIMIT, `it took longer than ${LIMIT} ms`);
        assert.equal(failure?.error, reason, 'what is thrown is the reason of the signal');
        assert.deepEqual(getEventListeners(controller.signal, 'abort'), [], 'a listener is left');
      });
    }

    it('before the load begins sends nothing and asks for no credential', async () => {
      const { upstream } = bench;
      const reason = new Error('cancelled');
      const signal = AbortSignal.abort(reason);
      const { failure, origins } = await bench.attempt(bench.adapter(), upstream.query, { signal });
      assert.equal(failure?.error, reason);
      assert.deepEqual(origins, []);
      assert.equal(upstream.requests(), 0);
    });

    for (const [when, milliseconds] of [
      ['between two pages', 0],
      ['while a page is used and the next one may have come', 50],
    ] as const) {
      if (!isPaged) continue;
      it(`${when} ends the load`, async () => {
        const { upstream } = bench;
        await bench.fill(4 * bench.pageSize);
        const controller = new AbortController();
        const reason = new Error('cancelled');
        const { failure, pages } = await bench.attempt(bench.adapter(), upstream.query, {
          signal: controller.signal,
          onPage: async (_, index) => {
            if (index !== 1) return;
            if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
            controller.abort(reason);
          },
        });
        assert.equal(failure?.error, reason);
        assert.equal(pages.length, 2);
      });
    }

    it('by breaking off the iteration ends it within a second', async () => {
      if (!isPaged) return;
      const { upstream } = bench;
      await bench.fill(4 * bench.pageSize);
      const stop = new Error('that is enough');
      let started = 0;
      const { failure } = await bench.attempt(bench.adapter(), upstream.query, {
        onPage: () => {
          started = performance.now();
          throw stop;
        },
      });
      assert.equal(failure?.error, stop);
      assert.ok(performance.now() - started < LIMIT, `it took longer than ${LIMIT} ms`);
    });
  });

  describe('timeouts', () => {
    for (const after of isPaged ? [0, 1] : [0]) {
      it(`end a load whose upstream is silent at page ${after + 1}`, async () => {
        const { upstream } = bench;
        await bench.fill(3 * bench.pageSize);
        await upstream.delay(FOREVER, { after });
        const adapter = bench.adapter({ timeoutMs: 200 });
        const attempt = await bench.attempt(adapter, upstream.query);
        assert.equal(bench.faultOf(adapter, attempt).kind, 'transient');
        assert.equal(attempt.pages.length, after);
      });
    }
  });
};
