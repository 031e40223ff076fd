import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { DataSourceAdapter, LoadContext } from '@stateful-workflow/core';
import { ENTITY } from '../attempt';
import { credentialOf } from '../credential';
import type { Group } from './group';

/** Longer than any test: what waits so long has to be ended. */
const FOREVER = 60_000;

/** The time within which an aborted wait has to be over, in milliseconds. */
const LIMIT = 1_000;

/** For how long a wait is looked at that is not to end by itself, in milliseconds. */
const QUIET = 300;

/** Hints that a look is worth it. As in a workflow, each wait follows a load by the same query. */
export const watch: Group = ({ describe, it }, bench, { capabilities }) => {
  if (!capabilities.watch) return;

  const context = <Cursor>(signal: AbortSignal): LoadContext<Cursor> => ({
    signal,
    apiUrl: bench.upstream.apiUrl,
    entity: ENTITY,
    credential: async () => (bench.token === undefined ? undefined : credentialOf(bench.token)),
    heartbeat: () => {},
    log: { debug: () => {}, info: () => {}, warn: () => {} },
    metrics: { count: () => {}, duration: () => {} },
  });

  /** Begins to wait. What comes of it is `hint`, the reason of the signal once that is aborted, or what it fails with. */
  function wait<Query, Cursor>(adapter: DataSourceAdapter<Query, Cursor>, query: Query) {
    const controller = new AbortController();
    const { signal } = controller;
    const reason = new Error('cancelled');
    const given = Promise.resolve(adapter.waitForHint?.(query, context(signal)));
    const over = given.then(
      () => (signal.aborted ? reason : 'hint'),
      (error: unknown) => (signal.aborted ? reason : error),
    );
    return { over, signal, reason, abort: () => controller.abort(reason) };
  }

  /** What came of a wait by now, or that nothing did. */
  const within = async (over: Promise<unknown>, ms: number): Promise<unknown> => {
    let timer: NodeJS.Timeout | undefined;
    const clock = new Promise((resolve) => (timer = setTimeout(resolve, ms, 'nothing')));
    return Promise.race([over, clock]).finally(() => clearTimeout(timer));
  };

  describe('watch', () => {
    it('resolves when the source changes', async () => {
      const { upstream } = bench;
      const { query } = upstream.watch ?? upstream;
      const adapter = bench.adapter();
      await bench.load(adapter, query);
      const { over } = wait(adapter, query);
      // The wait begins at some moment after the call: changes go on until one of them is heard.
      for (let n = 0; ; n += 1) {
        await upstream.put([{ id: 'r_000', name: `name ${n}` }], n);
        const came = await within(over, 50);
        if (came === 'hint') return;
        assert.equal(came, 'nothing');
        assert.ok(n < 200, 'no change is heard of');
      }
    });

    it('waits while nothing changes', async () => {
      const { upstream } = bench;
      const { query } = upstream.watch ?? upstream;
      await bench.fill(1);
      const adapter = bench.adapter();
      await bench.load(adapter, query);
      const { over, abort } = wait(adapter, query);
      assert.equal(await within(over, QUIET), 'nothing', 'it is over, and nothing has changed');
      abort();
      await within(over, LIMIT);
    });

    it('hears of a change between the load and the wait', async () => {
      const { upstream } = bench;
      const { query } = upstream.watch ?? upstream;
      const adapter = bench.adapter();
      await bench.load(adapter, query);
      await bench.fill(1);
      assert.equal(await within(wait(adapter, query).over, LIMIT), 'hint', 'the change is lost');
    });

    it('ends within a second of its signal', async () => {
      const { upstream } = bench;
      const { query } = upstream.watch ?? upstream;
      const adapter = bench.adapter();
      await bench.load(adapter, query);
      const { over, abort, reason, signal } = wait(adapter, query);
      assert.equal(await within(over, QUIET), 'nothing');
      abort();
      assert.equal(await within(over, LIMIT), reason);
      assert.deepEqual(getEventListeners(signal, 'abort'), [], 'a listener is left');
    });

    it('ends within a second of its signal when the source is silent', async () => {
      const { upstream } = bench;
      const { query } = upstream.watch ?? upstream;
      await upstream.delay(FOREVER);
      const { over, abort, reason, signal } = wait(bench.adapter(), query);
      await bench.requested();
      abort();
      assert.equal(await within(over, LIMIT), reason);
      assert.deepEqual(getEventListeners(signal, 'abort'), [], 'a listener is left');
    });

    it('lets a load end within a second of its signal when the source is silent', async () => {
      const { upstream } = bench;
      const { query } = upstream.watch ?? upstream;
      await upstream.delay(FOREVER);
      const controller = new AbortController();
      const load = bench.attempt(bench.adapter(), query, { signal: controller.signal });
      await bench.requested();
      const started = performance.now();
      const reason = new Error('cancelled');
      controller.abort(reason);
      assert.equal((await load).failure?.error, reason);
      assert.ok(performance.now() - started < LIMIT, `it took longer than ${LIMIT} ms`);
    });
  });
};
