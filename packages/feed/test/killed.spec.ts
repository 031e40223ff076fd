import { restAdapter } from '@stateful-workflow/adapter-rest';
import { customSecrets } from '@stateful-workflow/core/worker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KilledFeed } from './fixtures/killed.mjs';
import { eventually, signalsOf, TestEnvironment, type TestFeed } from './support/environment';
import { RestApi } from './support/rest-api';
import { WorkerProcess } from './support/worker-process';

/** Of pages of 20. */
const COUNT = 75;

describe('a worker of a feed that is killed', { timeout: 240_000 }, () => {
  let api: RestApi;
  let env: TestEnvironment;
  let first: WorkerProcess;
  let feed: TestFeed;
  let ids: string[];

  beforeEach(async () => {
    api = await RestApi.listen();
    const origins = [api.origin];
    env = await TestEnvironment.start({
      started: false,
      feeds: [KilledFeed],
      adapters: [restAdapter({ origins })],
      secrets: [customSecrets({ name: 'test', get: () => ({ value: api.token, origins }) })],
    });
    ids = Array.from({ length: COUNT }, (_, i) => `${env.prefix}_${i}`);
    for (const id of ids) api.set(id, `Customer ${id}`);
    first = new WorkerProcess(env.taskQueue, api);
    await first.ready;
  });
  afterEach(async () => {
    await first.kill();
    await env.stop();
    await api.close();
  });

  const start = async (): Promise<void> => {
    feed = await env.feed(KilledFeed, { apiUrl: api.origin, apiToken: 'secret:API' });
  };
  const lists = (): string[] => api.requests.filter((url) => url.startsWith('/customers?'));
  const startedBy = async (): Promise<number> => {
    const started = await Promise.all(ids.map((id) => env.statusOf(id)));
    return started.filter((status) => status === 'RUNNING').length;
  };
  /** What the server knows of how far the look is. */
  async function told(): Promise<string> {
    const { pendingActivities } = (await feed.handle.describe()).raw;
    const payloads = pendingActivities?.[0]?.heartbeatDetails?.payloads ?? [];
    return payloads.map(({ data }) => Buffer.from(data ?? []).toString()).join();
  }
  async function untilInStep(): Promise<void> {
    for (const [id, row] of api.rows) await eventually(async () => expect(await env.held(id)).toEqual(row));
    await feed.untilRead();
  }

  it('in its first sweep: another goes on with the page that it was at', async () => {
    const reached = new Promise<void>((resolve) => {
      api.onList = (page) => {
        if (page !== 3) return;
        resolve();
        // No answer, ever.
        return new Promise(() => {});
      };
    });
    await start();
    await reached;
    // How far it is, it says every few seconds: what comes after that is delivered again.
    await eventually(async () => expect(await told()).toContain('"delivered":40'));
    await first.kill();
    api.onList = () => {};
    const before = lists().length;
    await env.startWorker();
    await untilInStep();
    expect(lists()[before]).toContain('page=3');
    expect(await feed.look()).toMatchObject({ refused: 0, absent: 0, isBusy: false });
  });

  if (process.env['TEST_SCALE'] === 'full')
    it('in a delivery: another delivers the page again, which changes nothing, and loses nothing', async () => {
      await start();
      await eventually(async () => expect(await startedBy()).toBeGreaterThan(5));
      await first.kill();
      await env.startWorker();
      await untilInStep();
      expect(await feed.look()).toMatchObject({ refused: 0, absent: 0, isBusy: false });
      // Of what was accepted nobody knew: some heard of it twice, and no more.
      for (const id of ids) expect(await signalsOf(env.customer(id))).toBeLessThanOrEqual(2);
    });
});
