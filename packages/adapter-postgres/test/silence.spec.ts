import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { PostgresConnectionOptions } from '../src/index';
import { adapter, cleanup, database, failure, loadContext, on, records } from './support';
import { type Meet, startWireProxy, type Verdict } from './wire-proxy';

const ROWS = 'CREATE TABLE rows AS SELECT g AS id FROM generate_series(1, 1000) g';
const TABLE = on({ table: { name: 'rows', key: 'id' }, batch: { rows: 100 } });

/** A database behind a network that can fall silent, and an adapter that knows no other way to it. */
async function behindProxy(timeouts: PostgresConnectionOptions['timeouts'] = {}, meet: Meet = () => 'pass') {
  const db = await database(ROWS);
  const url = new URL(db.url);
  const proxy = await startWireProxy({ host: url.hostname, port: Number(url.port) }, meet);
  cleanup(() => proxy.stop());
  url.port = String(proxy.port);
  const postgres = adapter(db, { connections: { db: { connectionString: url.href, timeouts } } });
  return { db, proxy, postgres };
}

describe('in silence', () => {
  it('a load ends a second after its statement timeout, as transient, and the next one goes well', async () => {
    const { proxy, postgres } = await behindProxy({ statement: 100, connect: 200 });
    expect(await records(postgres, TABLE)).toHaveLength(1_000);
    proxy.silence(true);
    const started = performance.now();
    const fault = postgres.classify(await failure(postgres, TABLE));
    expect(performance.now() - started).toBeLessThan(2_500);
    expect(fault).toEqual({
      kind: 'transient',
      message: expect.stringMatching(/did not answer within 1100 ms.*statement timeout/) as string,
    });
    proxy.silence(false);
    expect(await records(postgres, TABLE)).toHaveLength(1_000);
  });

  it('a load is cancelled within a second, whatever it is at', async () => {
    const { proxy, postgres } = await behindProxy();
    for (const where of ['connecting', 'beginning', 'reading']) {
      if (where === 'beginning') await records(postgres, TABLE);
      if (where !== 'reading') proxy.silence(true);
      const controller = new AbortController();
      const reason = new Error('cancelled');
      const load = async (): Promise<void> => {
        for await (const page of postgres.load(TABLE, loadContext({ signal: controller.signal })))
          if (!page.complete) proxy.silence(true);
      };
      const loading = load().catch((error: unknown) => error);
      // There is no event for that nothing comes.
      await sleep(100);
      const started = performance.now();
      controller.abort(reason);
      expect(await loading, where).toBe(reason);
      expect(performance.now() - started, where).toBeLessThan(1_000);
      proxy.silence(false);
    }
  });

  it('a load that has read everything ends all the same', async () => {
    const { proxy, postgres } = await behindProxy();
    let ended = 0;
    for await (const page of postgres.load(TABLE, loadContext())) {
      if (!page.complete) continue;
      proxy.silence(true);
      ended = performance.now();
    }
    expect(performance.now() - ended).toBeLessThan(1_000);
    proxy.silence(false);
    expect(await records(postgres, TABLE)).toHaveLength(1_000);
  });

  it('a watch that cannot connect fails as transient', async () => {
    const { proxy, postgres } = await behindProxy({ connect: 100 });
    proxy.silence(true);
    const query = { ...TABLE, notify: { channel: 'rows_changed' } };
    const error = await postgres.waitForHint(query, loadContext()).catch((thrown: unknown) => thrown);
    expect(postgres.classify(error)).toMatchObject({
      kind: 'transient',
      message: expect.stringContaining('timeouts.connect') as string,
    });
  });

  it('of the listening connection alone, a load reads all the same, and says so', async () => {
    const { postgres } = await behindProxy({}, async (statement, { gone }): Promise<Verdict> => {
      if (statement?.startsWith('LISTEN')) await sleep(60_000, undefined, { signal: gone }).catch(() => {});
      return 'pass';
    });
    const context = loadContext();
    const query = { ...TABLE, notify: { channel: 'rows_changed' } };
    expect(await records(postgres, query, context)).toHaveLength(1_000);
    expect(context.seen.warnings).toEqual([expect.stringMatching(/Cannot listen/)]);
  });

  it('close() ends', async () => {
    const { proxy, postgres } = await behindProxy();
    await records(postgres, { ...TABLE, notify: { channel: 'rows_changed' } });
    proxy.silence(true);
    const started = performance.now();
    await postgres.close();
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
