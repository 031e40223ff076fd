import assert from 'node:assert/strict';
import { CredentialError } from '@stateful-workflow/core';
import { credentialOf } from '../credential';
import type { Group } from './group';

/** For whom the credential is asked, how often, and what its ends are. */
export const credentials: Group = (runner, bench, subject) => {
  const { describe, it } = runner;
  const { capabilities } = subject;
  if (capabilities.credentials === false) return withoutCredentials(runner, bench, subject);
  /** The token that is no longer accepted, and the one that is. */
  async function revoke(): Promise<{ readonly before: string; readonly token: string }> {
    const { token: before } = bench;
    const token = await bench.upstream.revoke?.();
    assert.ok(before !== undefined && token !== undefined, 'the upstream has no tokens');
    return { before, token };
  }

  describe('credentials', () => {
    it('are asked for in each attempt, for the origins of the source and no other', async () => {
      const { upstream } = bench;
      const adapter = bench.adapter();
      await bench.fill(2 * bench.pageSize);
      for (let attempt = 1; attempt <= 2; attempt++) {
        const { origins } = await bench.load(adapter, upstream.query);
        assert.deepEqual([...new Set(origins)].sort(), [...(upstream.origins ?? [])].sort());
      }
    });

    it('that are rotated take effect at the next attempt', async () => {
      const { upstream } = bench;
      const adapter = bench.adapter();
      const records = await bench.fill(1);
      await bench.load(adapter, upstream.query);
      const { before, token } = await revoke();
      const refused = await bench.attempt(adapter, upstream.query, { token: before });
      assert.equal(bench.faultOf(adapter, refused).kind, 'unauthorized');
      const { records: given } = await bench.load(adapter, upstream.query, { token });
      assert.equal(given.length, records.length);
    });

    it('that there are none of are not made up', async () => {
      const adapter = bench.adapter();
      const attempt = await bench.attempt(adapter, bench.upstream.query, {
        credential: async () => undefined,
      });
      assert.equal(bench.faultOf(adapter, attempt).kind, 'unauthorized');
    });

    it('that cannot be resolved end the attempt before anything is sent', async () => {
      const { upstream } = bench;
      const adapter = bench.adapter();
      const missing = new CredentialError('CREDENTIAL_MISSING', 'There is no such secret.');
      const attempt = await bench.attempt(adapter, upstream.query, {
        credential: () => Promise.reject(missing),
      });
      assert.equal(attempt.failure?.error, missing);
      assert.equal(bench.faultOf(adapter, attempt).kind, 'unauthorized');
      assert.equal(upstream.requests(), 0);
    });

    it('do not get into records, pages, heartbeats or logs', async () => {
      const { upstream } = bench;
      await bench.fill(2 * bench.pageSize);
      const { pages, heartbeats, logged } = await bench.load(bench.adapter(), upstream.query);
      assert.ok(!JSON.stringify([pages, heartbeats, logged]).includes(bench.token ?? ''));
    });

    it('of two workflows are not mixed up', async () => {
      const { upstream } = bench;
      await bench.fill(1);
      const adapter = bench.adapter();
      const [good, bad] = await Promise.all([
        bench.attempt(adapter, upstream.query),
        bench.attempt(adapter, upstream.query, { token: 'a-token-of-nobody' }),
      ]);
      assert.equal(good.failure, undefined);
      assert.equal(bench.faultOf(adapter, bad).kind, 'unauthorized');
    });

    it('are tried by check(), which never throws and never repeats them', async () => {
      const { upstream } = bench;
      const adapter = bench.adapter();
      if (adapter.check === undefined) return;
      const check = async (token: string) =>
        adapter.check?.({
          signal: new AbortController().signal,
          apiUrl: upstream.apiUrl,
          entity: { name: 'Conformance', id: 'x_1' },
          credential: async () => credentialOf(token),
          heartbeat: () => {},
          log: { debug: () => {}, info: () => {}, warn: () => {} },
          metrics: { count: () => {}, duration: () => {} },
        });
      const good = await check(bench.token ?? '');
      assert.equal(good?.ok, true, good?.message);
      const { before } = await revoke();
      const bad = await check(before);
      assert.equal(bad?.ok, false, bad?.message);
      for (const result of [good, bad]) {
        assert.ok(result?.message);
        assert.ok(!result.message.includes(before));
      }
    });
  });
};

/** Of a source without credentials, which a workflow may have all the same: for its other sources. */
const withoutCredentials: Group = ({ describe, it }, bench) => {
  describe('credentials', () => {
    it('are asked for by no load, as the capabilities say', async () => {
      await bench.fill(1);
      const { origins } = await bench.load(bench.adapter(), bench.upstream.query);
      assert.deepEqual(origins, [], 'it asks for a credential without the capability');
    });
  });
};
