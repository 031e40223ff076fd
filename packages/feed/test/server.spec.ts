import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startTemporal, type TemporalService } from '@stateful-workflow/dev-services';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TestEnvironment } from './support/environment';
import { SlicedFeed } from './workflows';

/** A task that the server forgot is tried again after ten seconds, and that more than once. */
const PATIENCE = { timeout: 100_000, interval: 500 };

describe('a Temporal server that is stopped and started again', () => {
  let folder: string;
  let server: TemporalService;
  let env: TestEnvironment;
  let start: () => Promise<TemporalService>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stateful-workflow-feed-'));
    const port = await freePort();
    // A server of its own, also where the tests share one that somebody else runs.
    const variables = { ...process.env, TEMPORAL_ADDRESS: undefined };
    start = () => startTemporal({ env: variables, port, dbFilename: join(folder, 'temporal.db') });
    server = await start();
    env = await TestEnvironment.start({ feeds: [SlicedFeed], address: server.address });
    env.collection.pageSize = 20;
  });
  afterAll(async () => {
    await env.stop();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('finds a feed in its first look, which goes on and loses nothing', { timeout: 300_000 }, async () => {
    const ids = env.collection.fill(60, env.prefix) as [string];
    let release = (): void => {};
    const reached = new Promise<void>((arrive) => {
      env.collection.onPage = (page) => {
        if (page !== 1) return;
        arrive();
        return new Promise<void>((resolve) => (release = resolve));
      };
    });
    const feed = await env.feed(SlicedFeed);
    await reached;
    await server.stop();
    // What it reads now, nobody takes.
    env.collection.onPage = () => {};
    release();
    env.collection.set({ id: ids[0], name: 'Ada', visits: 1 });
    server = await start();
    // Worker and client find it again by themselves.
    await vi.waitFor(async () => expect(await feed.data()).toMatchObject({ isBusy: false }), PATIENCE);
    for (const [id, row] of env.collection.rows)
      await vi.waitFor(async () => expect(await env.held(id)).toEqual(row), PATIENCE);
    expect(await feed.look()).toMatchObject({ refused: 0, absent: 0 });
    expect(await feed.status()).toBe('running');
  });
});
