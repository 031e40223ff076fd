import assert from 'node:assert/strict';
import type { FaultKind } from '@stateful-workflow/core';
import type { Group } from './group';

const KINDS: readonly FaultKind[] = ['transient', 'throttled', 'unauthorized', 'invalid', 'gone', 'fatal'];

/** Each way in which the upstream fails, and what the adapter calls it. */
export const faults: Group = ({ describe, it }, bench) => {
  describe('faults', () => {
    it('of every kind are tried, or there is a reason why not', async () => {
      const { failures, withoutFault = {}, withoutRetryAfter } = bench.upstream;
      const tried = new Set(Object.values(failures).map(({ kind }) => kind));
      for (const kind of KINDS) {
        assert.ok(tried.has(kind) || withoutFault[kind], `no failure of the upstream is "${kind}"`);
      }
      if (tried.has('throttled') && !withoutRetryAfter) {
        assert.ok(
          Object.values(failures).some(({ retryAfterMs }) => retryAfterMs !== undefined),
          'no failure of the upstream asks to be left alone for a time',
        );
      }
    });

    for (const kind of KINDS) {
      it(`that are ${kind} are called so, once and without a retry, and pass when the source recovers`, async () => {
        const { upstream } = bench;
        const records = await bench.fill(1);
        for (const [name, expected] of Object.entries(upstream.failures)) {
          if (expected.kind !== kind) continue;
          // One that has not been told to wait.
          const adapter = bench.adapter();
          await upstream.fail(name);
          const before = upstream.requests();
          const attempt = await bench.attempt(adapter, upstream.query);
          assert.ok(attempt.failure, `${name}: the load went well, although fail() was told to let it fail`);
          const fault = bench.faultOf(adapter, attempt);
          assert.equal(fault.kind, expected.kind, `${name}: ${fault.message}`);
          checkWait(name, fault.retryAfterMs, expected.retryAfterMs);
          assert.ok(upstream.requests() - before <= 1, `${name} is retried by the adapter itself`);
          await upstream.recover();
          const after = await bench.load(bench.adapter(), upstream.query);
          assert.equal(after.records.length, records.length, `${name} does not pass`);
        }
      });
    }
  });
};

function checkWait(name: string, given: number | undefined, expected: number | undefined): void {
  if (expected === undefined) return;
  assert.ok(given !== undefined, `${name} asks for ${expected} ms, and the fault does not say so`);
  assert.ok(Math.abs(given - expected) <= 1_000, `${name} asks for ${expected} ms, the fault says ${given}`);
}
