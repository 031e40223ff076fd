import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { runAttempt } from '../attempt';
import type { Group } from './group';

const MIB = 1024 * 1024;

/** How many pages the memory test reads, and how many bytes they have together. */
const PAGES = 60;
const TOTAL = 24 * MIB;

/** After how many pages memory is looked at first. */
const FIRST_LOOK = 5;

/** How long a resource may take to go once it is let go of, in milliseconds. */
const LIMIT = 5_000;

/** What a load holds while it runs, and what it leaves behind. */
export const resources: Group = ({ describe, it }, bench, { capabilities: { pages: isPaged = true } }) => {
  describe('resources', () => {
    it('a load holds a page or two in memory, and not the whole', async () => {
      // What a source gives all at once, the worker holds all at once.
      if (!isPaged) return;
      const { upstream, pageSize } = bench;
      const { query } = upstream;
      const count = PAGES * pageSize;
      const length = Math.floor(TOTAL / count);
      for (let from = 0; from < count; from += pageSize) {
        const batch = Array.from({ length: pageSize }, (_, n) => ({
          id: `m_${String(from + n).padStart(5, '0')}`,
          // From bytes: a string that is put together would take its room only once it is sent.
          name: Buffer.alloc(length, `${from + n} `).toString('latin1'),
        }));
        await upstream.put(batch, 1);
      }
      let base = 0;
      let highest = 0;
      let read = 0;
      const adapter = bench.adapter();
      // Not by `bench.load`, which keeps the pages.
      const { failure } = await runAttempt(
        async function* (q: typeof query, context) {
          for await (const page of adapter.load(q, context as never)) {
            read += page.records.length;
            const pages = read / pageSize;
            if (pages === FIRST_LOOK) base = heldBytes();
            else if (pages % 10 === 0) highest = Math.max(highest, heldBytes());
            yield { ...page, records: [] };
          }
        },
        query,
        { token: bench.token, apiUrl: upstream.apiUrl },
      );
      assert.equal(failure, undefined);
      assert.equal(read, count);
      const grown = highest - base;
      assert.ok(
        grown < TOTAL / 4,
        `while ${inMib(TOTAL)} MiB were read a page at a time, memory grew by ${inMib(grown)} MiB`,
      );
    });

    it('are all given back by close()', async () => {
      const { upstream } = bench;
      await bench.fill(3 * bench.pageSize);
      const before = activeResources();
      const adapter = bench.adapter();
      await bench.load(adapter, upstream.query);
      await upstream.delay(60_000);
      const controller = new AbortController();
      const load = bench.attempt(adapter, upstream.query, { signal: controller.signal });
      const seen = upstream.requests();
      await bench.requested(seen + 1);
      controller.abort(new Error('cancelled'));
      await load;
      await upstream.recover();
      await bench.closeAdapters();
      const started = performance.now();
      for (;;) {
        const left = extra(activeResources(), before);
        if (left.length === 0) return;
        assert.ok(performance.now() - started < LIMIT, `left behind: ${left.join(', ')}`);
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
  });
};

let collectGarbage: (() => void) | undefined;

/** What is held in memory once everything that can be given back has been. */
function heldBytes(): number {
  if (collectGarbage === undefined) {
    setFlagsFromString('--expose-gc');
    collectGarbage = runInNewContext('gc') as () => void;
  }
  // Twice: what the first time finds to be let go of may hold more.
  collectGarbage();
  collectGarbage();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

/** Sockets, timers and handles that keep a process alive. Immediates are this test's own. */
const activeResources = (): readonly string[] =>
  process.getActiveResourcesInfo().filter((type) => type !== 'Immediate');

/** What one list has more of than the other. */
function extra(now: readonly string[], before: readonly string[]): readonly string[] {
  const left = [...now];
  for (const type of before) {
    const index = left.indexOf(type);
    if (index >= 0) left.splice(index, 1);
  }
  return left;
}

const inMib = (bytes: number): string => (bytes / MIB).toFixed(1);
