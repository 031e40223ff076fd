import { randomUUID } from 'node:crypto';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { DataSourceAdapter } from '@stateful-workflow/core';
import { createRegistry, statefulWorkflow } from '@stateful-workflow/core/worker';
import { actionsOf, startTemporal, type TemporalService, totalOf } from '@stateful-workflow/dev-services';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { feedAdapter } from '@stateful-workflow/feed';
import { MEASURED } from '../src/costs/measured';
import { cli, cliInTerminal } from './support/cli';
import { quietRuntime } from './support/environment';
import type {} from './support/bundle-workflows';
import { CountedFeed } from './workflows/fed';

describe('costs', () => {
  it('reckons what a fleet costs in each way, and asks no server', async () => {
    const { stdout, stderr, code } = await cli(
      ['costs', '--entities', '10000', '--every', '1 minute', '--json'],
      { PATH: process.env['PATH'] ?? '', TEMPORAL_ADDRESS: '127.0.0.1:1' },
    );
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    const { fleet, ways } = JSON.parse(stdout) as {
      fleet: object;
      ways: { way: string; requests: number; actions: number; price: { actions: number } }[];
    };
    expect(fleet).toMatchObject({ entities: 10_000, every: 60_000, sources: 1, children: 100 });
    const of = (name: string) => ways.find(({ way }) => way === name);
    // 10,000 workflows, 43,200 looks each.
    expect(of('watch')?.requests).toBe(432e6);
    expect(of('watch')?.actions).toBeGreaterThan(432e6);
    expect(of('watch')?.actions).toBeLessThan(1.01 * 432e6);
    expect(of('every')?.actions).toBeGreaterThan(2 * 432e6);
    expect(of('parent')?.requests).toBe(4.32e6);
    expect(of('watch')?.price.actions).toBeGreaterThan(10_000);
    // 43,200 looks for all of them, and a hundred pages a day.
    expect(of('feed')?.requests).toBe(43_200 + 3_000);
    // A new run a day of each, a delivery a day of each, and what the looks are.
    expect(of('feed')?.actions).toBeGreaterThan(300_000 * 4);
    expect(of('feed')?.actions).toBeLessThan(300_000 * 4 + 5 * 43_200);
    // A webhook for each change: a signal and a load.
    for (const [with_, without] of [
      ['webhooks', 'watch'],
      ['feed-webhooks', 'feed'],
    ] as const) {
      expect((of(with_)?.actions ?? 0) - (of(without)?.actions ?? 0)).toBe(2 * 300_000);
      expect((of(with_)?.requests ?? 0) - (of(without)?.requests ?? 0)).toBe(300_000);
    }
  });

  it('prints a table, of one way where only that is asked for', async () => {
    const { stdout, code } = await cliInTerminal(['costs', '--way', 'watch', '--every', '1 hour']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/each watches its sources +7,200,000 +2\.8 +/);
    expect(stdout).not.toContain('each loads at its interval');
    expect(stdout).toContain('https://docs.temporal.io/cloud/pricing');
  });

  it.each([
    [['--entities', '0'], /whole number, 1 or more/],
    [['--every', 'soon'], /a duration of 100 ms or more/],
    [['--changes', '-1'], /a number, 0 or more/],
    [['--way', 'magic'], /Allowed choices are every, watch, hints, parent, webhooks, feed, feed-webhooks/],
  ])('refuses %j', async (args, message) => {
    const { stderr, code } = await cli(['costs', ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

/** What takes half a minute by itself is measured at scale. */
const isFull = process.env['TEST_SCALE'] === 'full';

describe('what costs are reckoned with', () => {
  const workflows = 10;
  let server: TemporalService;
  let client: Client;
  let stop: () => Promise<void>;
  let looks = 0;
  let records: readonly unknown[] = [{ id: 'c_1', name: 'Ada' }];
  const taskQueue = `costs-${randomUUID()}`;

  let version = 0;
  let feedLooks = 0;
  let ownLooks = 0;
  let collected: readonly { id: string; name: string; version: number }[] = [];
  const collection: DataSourceAdapter<unknown, { version: number }> = {
    name: 'collected',
    contractVersion: 1,
    capabilities: { incremental: true },
    querySchema: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
    async *load(_, { checkpoint, entity: { name, id } }) {
      if (name === 'FedCustomer') {
        ownLooks += 1;
        yield { records: collected.filter((one) => one.id === id), complete: true };
        return;
      }
      feedLooks += 1;
      const since = checkpoint?.cursor?.version ?? 0;
      const records = collected.filter((one) => one.version > since);
      yield { records, cursor: { version }, complete: since === 0 };
    },
    classify: (error) => ({ kind: 'fatal', message: String(error) }),
  };
  /** All of them have another name. @returns the records */
  const renamed = (name: string): typeof collected => {
    version += 1;
    const ids = Array.from({ length: workflows }, (_, i) => `${taskQueue}-${i}`);
    return (collected = ids.map((id) => ({ id, name, version })));
  };

  const adapter: DataSourceAdapter = {
    name: 'counted',
    contractVersion: 1,
    capabilities: {},
    querySchema: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
    async *load(_, { entity: { id } }) {
      looks += 1;
      yield { records: records.map((record) => ({ ...(record as object), id })), complete: true };
    },
    classify: (error) => ({ kind: 'fatal', message: String(error) }),
  };

  beforeAll(async () => {
    quietRuntime();
    server = await startTemporal({ metrics: true });
    const connection = await Connection.connect({ address: server.address });
    const native = await NativeConnection.connect({ address: server.address });
    client = new Client({ connection });
    const worker = await Worker.create({
      connection: native,
      taskQueue,
      workflowBundle: { codePath: inject('workflowBundle') },
      plugins: [
        statefulWorkflow({
          registry: createRegistry([adapter, collection, feedAdapter({ feeds: [CountedFeed] })]),
          secrets: [],
        }),
      ],
    });
    const running = worker.run();
    stop = async () => {
      worker.shutdown();
      await running;
      await native.close();
      await connection.close();
      await server.stop();
    };
  });
  afterAll(() => stop());

  /** All Actions so far, and those of them that are queries. */
  const countedBy = async (): Promise<{ all: number; queries: number }> => {
    const actions = await actionsOf(server);
    return { all: totalOf(actions), queries: actions.get('grpc_QueryWorkflow') ?? 0 };
  };
  const counted = async (): Promise<number> => (await countedBy()).all;
  const started = (workflowType: string): Promise<WorkflowHandle[]> =>
    Promise.all(
      Array.from({ length: workflows }, () => {
        const id = randomUUID();
        const workflowId = `Customer-${id}`;
        const args = [{ id, entityName: 'Customer' }];
        return client.workflow.start(workflowType, { taskQueue, workflowId, args });
      }),
    );
  const bytesOf = async (handles: readonly WorkflowHandle[]): Promise<number> => {
    const all = await Promise.all(handles.map((handle) => handle.describe()));
    return all.reduce((sum, { raw }) => sum + Number(raw.workflowExecutionInfo?.historySizeBytes ?? 0), 0);
  };
  const watching = (handles: readonly WorkflowHandle[]): Promise<void> =>
    vi.waitFor(
      async () => {
        for (const handle of handles) {
          const { raw } = await handle.describe();
          expect(raw.pendingActivities?.[0]?.activityId).toMatch(/^watch-/);
        }
      },
      { timeout: 60_000, interval: 200 },
    );
  const runsOf = async (handles: readonly WorkflowHandle[]): Promise<string[]> =>
    Promise.all(handles.map(async (handle) => (await handle.describe()).runId));
  /** Within a third: names and ids are of any length. */
  const expectAbout = (bytes: number, reckoned: number): void => {
    expect(bytes).toBeGreaterThanOrEqual(reckoned * 0.67);
    expect(bytes).toBeLessThanOrEqual(reckoned * 1.33);
  };
  const ended = (handles: readonly WorkflowHandle[]): Promise<unknown> =>
    Promise.all(handles.map((handle) => handle.terminate()));

  it('is what a start, a change and another run cost', async () => {
    const { start, run, armed, change } = MEASURED;
    const before = await counted();
    const handles = await started('PatientWorkflow');
    await watching(handles);
    const begun = await counted();
    expect((begun - before) / workflows).toBe(start.actions);
    const bytes = await bytesOf(handles);
    expectAbout(bytes / workflows, start.bytes);

    records = [{ id: 'c_1', name: 'Countess' }];
    await Promise.all(handles.map((handle) => handle.executeUpdate('refresh')));
    await watching(handles);
    const changed = await counted();
    // The update, its load, and the watch anew.
    expect((changed - begun) / workflows).toBe(2 + armed.actions + change.actions);

    const runs = await runsOf(handles);
    await Promise.all(handles.map((handle) => handle.signal('roll')));
    await vi.waitFor(async () => expect(await runsOf(handles)).not.toEqual(expect.arrayContaining(runs)), {
      timeout: 60_000,
    });
    await watching(handles);
    // And the signal that asked for it.
    expect(((await counted()) - changed) / workflows).toBe(1 + run.actions + armed.actions);
    expectAbout((await bytesOf(handles)) / workflows, run.bytes + armed.bytes);
    await ended(handles);
  });

  const watched = ['WatchingWorkflow', MEASURED.quietLook] as const;
  const { timedLook, timedLoad } = MEASURED;
  const timed = [
    'PollingWorkflow',
    { actions: timedLook.actions + timedLoad.actions, bytes: timedLook.bytes + timedLoad.bytes },
  ] as const;
  it.each(isFull ? [watched, timed] : [watched])(
    'is what a look of a %s costs',
    async (workflowType, look) => {
      const handles = await started(workflowType);
      const first = looks;
      await vi.waitFor(() => expect(looks).toBeGreaterThan(first + 2 * workflows), { timeout: 60_000 });
      const [before, from, size] = [await counted(), looks, await bytesOf(handles)];
      await vi.waitFor(() => expect(looks).toBeGreaterThan(from + 10 * workflows), { timeout: 60_000 });
      const [after, to, sizeAfter] = [await counted(), looks, await bytesOf(handles)];
      // What is counted as a look begins or ends is one to each workflow at most.
      expect(Math.abs(after - before - (to - from) * look.actions)).toBeLessThanOrEqual(2 * workflows);
      expectAbout((sizeAfter - size) / (to - from), look.bytes);
      await ended(handles);
    },
  );

  if (isFull)
    it('is what a feed costs, and what it brings', async () => {
      const { fedStart, feedLook, delivered, kept, webhook, webhookLoad } = MEASURED;
      const handles = Array.from({ length: workflows }, (_, i) =>
        client.workflow.getHandle(`FedCustomer-${taskQueue}-${i}`),
      );
      const named = (name: string): Promise<void> =>
        vi.waitFor(
          async () => {
            for (const handle of handles) expect(await handle.query('data')).toMatchObject({ name });
          },
          { timeout: 60_000, interval: 500 },
        );
      const looked = (times: number): Promise<void> => {
        const from = feedLooks;
        return vi.waitFor(() => expect(feedLooks).toBeGreaterThanOrEqual(from + times), { timeout: 60_000 });
      };
      /** Actions of a time, without those of the looks and the queries of this test. */
      const beside = async (happens: () => Promise<unknown>): Promise<number> => {
        const [before, from] = [await countedBy(), feedLooks];
        await happens();
        const after = await countedBy();
        const queries = after.queries - before.queries;
        return after.all - before.all - queries - (feedLooks - from) * feedLook.actions;
      };
      const feed = await client.workflow.start('CountedFeed', {
        taskQueue,
        workflowId: taskQueue,
        args: [{ id: 'all' }],
      });
      await looked(2);
      const [before, looks] = [await counted(), feedLooks];
      await looked(10);
      const quiet = (await counted()) - before;
      expect(Math.abs(quiet - (feedLooks - looks) * feedLook.actions)).toBeLessThanOrEqual(2);

      // A look more or less, and the heartbeats of the looks that found something.
      const about = kept.actions + 3;
      const begun = await beside(async () => {
        renamed('Ada');
        await named('Ada');
      });
      const record = JSON.stringify(collected[0]).length;
      expect(Math.abs(begun - workflows * fedStart.actions)).toBeLessThanOrEqual(about);
      const bytes = await bytesOf(handles);
      expectAbout(bytes / workflows, fedStart.bytes + record);

      const brought = await beside(async () => {
        renamed('Countess');
        await named('Countess');
      });
      expect(Math.abs(brought - workflows * delivered.actions)).toBeLessThanOrEqual(about);
      const withDelivery = await bytesOf(handles);
      expectAbout((withDelivery - bytes) / workflows, delivered.bytes + record);

      const hooked = await beside(async () => {
        const from = ownLooks;
        await Promise.all(handles.map((handle) => handle.signal('refresh')));
        await vi.waitFor(
          async () => {
            expect(ownLooks - from).toBeGreaterThanOrEqual(workflows);
            for (const handle of handles) {
              const { raw } = await handle.describe();
              expect(raw.pendingActivities ?? []).toEqual([]);
            }
          },
          { timeout: 60_000, interval: 500 },
        );
      });
      expect(Math.abs(hooked - workflows * (webhook.actions + webhookLoad.actions))).toBeLessThanOrEqual(
        about,
      );
      expectAbout(((await bytesOf(handles)) - withDelivery) / workflows, webhook.bytes + webhookLoad.bytes);
      await ended([...handles, feed]);
    });
});
