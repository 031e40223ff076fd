import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { SimplePlugin } from '@temporalio/plugin';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { DataSourceAdapter } from '../src/index';
import { StatefulClient } from '../src/client';
import { createRegistry, type Registry, registryActivities, statefulWorkflow } from '../src/worker';
import { quietRuntime } from './support/environment';
import { scriptedAdapter, ScriptedSources } from './support/scripted-adapter';

/** Turns every payload inside out, to see that it was there. */
const codec: PayloadCodec = {
  encode: async (payloads: Payload[]) => payloads.map(turned),
  decode: async (payloads: Payload[]) => payloads.map(turned),
};
function turned(payload: Payload): Payload {
  return { ...payload, data: Uint8Array.from(payload.data ?? [], (byte) => byte ^ 0x55) };
}

describe('the plugin', () => {
  let connection: NativeConnection;
  let clientConnection: Connection;
  beforeAll(async () => {
    quietRuntime();
    const address = inject('temporalAddress');
    connection = await NativeConnection.connect({ address });
    clientConnection = await Connection.connect({ address });
  });
  afterAll(async () => {
    await connection.close();
    await clientConnection.close();
  });

  const newRegistry = (...adapters: DataSourceAdapter[]): Registry =>
    createRegistry([scriptedAdapter(new ScriptedSources()), ...adapters]);
  const workerOf = (options: Partial<WorkerOptions>): Promise<Worker> =>
    Worker.create({
      connection,
      taskQueue: `plugin-${randomUUID()}`,
      workflowBundle: { codePath: inject('workflowBundle') },
      ...options,
    });

  /** Runs a worker while something is done with a client on its task queue. */
  async function during<T>(
    worker: Worker,
    run: (client: Client, taskQueue: string) => Promise<T>,
    options: { dataConverter?: { payloadCodecs: PayloadCodec[] } } = {},
  ): Promise<T> {
    const client = new Client({ connection: clientConnection, ...options });
    return worker.runUntil(() => run(client, worker.options.taskQueue));
  }
  it('has all workflows of a worker share this package, and what the user has them share', () => {
    const plugin = statefulWorkflow({ registry: newRegistry() });
    const given = { workflowsPath: '/workflows.js', preloadModules: ['theirs'] };
    const once = plugin.configureBundler(given);
    expect(once.preloadModules).toEqual(['theirs', expect.stringMatching(/workflow\.js$/)]);
    expect(plugin.configureBundler(once).preloadModules).toEqual(once.preloadModules);
  });

  const load = async (client: Client, taskQueue: string): Promise<unknown> => {
    const customers = new StatefulClient(client, { workflow: 'CustomerWorkflow', taskQueue });
    const { handle } = await customers.ensure({ id: randomUUID() });
    return handle.data();
  };

  it('brings the activities of the adapters to a worker', async () => {
    const worker = await workerOf({ plugins: [statefulWorkflow({ registry: newRegistry() })] });
    expect([...worker.options.activities.keys()].toSorted()).toEqual([
      'default',
      'scripted.loadData',
      'scripted.waitForChange',
      'stateful.findEnded',
      'stateful.findOrphaned',
      'stateful.findStuck',
      'stateful.knowsSearchAttributes',
      'stateful.requestCancel',
    ]);
    expect(await during(worker, load)).toMatchObject({ name: 'Ada' });
  });

  it('applied twice is applied once', async () => {
    const plugin = statefulWorkflow({ registry: newRegistry() });
    const worker = await workerOf({ plugins: [plugin, plugin] });
    expect(await during(worker, load)).toMatchObject({ name: 'Ada' });
  });

  it('given to the connection reaches the worker made with it, also if the worker has it too', async () => {
    const registry = newRegistry();
    const close = vi.spyOn(registry, 'close');
    const plugin = statefulWorkflow({ registry });
    const own = await NativeConnection.connect({ address: inject('temporalAddress'), plugins: [plugin] });
    try {
      const worker = await workerOf({ connection: own, plugins: [plugin] });
      expect(await during(worker, load)).toMatchObject({ name: 'Ada' });
    } finally {
      await own.close();
    }
    expect(close).toHaveBeenCalledOnce();
  });

  it("keeps the worker's own activities", async () => {
    const worker = await workerOf({
      activities: { greet: async (name: string) => `Hello ${name}` },
      plugins: [statefulWorkflow({ registry: newRegistry() })],
    });
    expect(await during(worker, (client, taskQueue) => call(client, taskQueue, 'greet', 'Ada'))).toBe(
      'Hello Ada',
    );
  });

  it("keeps the worker's own default activity", async () => {
    const worker = await workerOf({
      activities: { default: async (name: string) => `somebody called ${name}` },
      plugins: [statefulWorkflow({ registry: newRegistry() })],
    });
    expect(await during(worker, (client, taskQueue) => call(client, taskQueue, 'nobodyHasThis', 'me'))).toBe(
      'somebody called me',
    );
  });

  it('leaves an activity that nobody has as Temporal has it', async () => {
    const worker = await workerOf({ plugins: [statefulWorkflow({ registry: newRegistry() })] });
    const result = during(worker, (client, taskQueue) => call(client, taskQueue, 'nobodyHasThis'));
    await expect(result).rejects.toMatchObject({
      cause: {
        cause: {
          type: 'NotFoundError',
          message: 'Activity function nobodyHasThis is not registered on this Worker',
        },
      },
    });
  });

  it("composes with the user's codec, interceptors and other plugins", async () => {
    const seen: string[] = [];
    const worker = await workerOf({
      dataConverter: { payloadCodecs: [codec] },
      interceptors: {
        activity: [
          (context) => ({
            inbound: {
              execute: async (input, next) => {
                seen.push(context.info.activityType);
                return next(input);
              },
            },
          }),
        ],
      },
      plugins: [
        new SimplePlugin({ name: 'other', activities: { other: async () => 'other' } }),
        statefulWorkflow({ registry: newRegistry() }),
      ],
    });
    expect(worker.options.activities.has('other')).toBe(true);
    const options = { dataConverter: { payloadCodecs: [codec] } };
    expect(await during(worker, load, options)).toMatchObject({ name: 'Ada' });
    expect(seen).toEqual(['scripted.loadData', 'scripted.loadData']);
  });

  it('refuses an activity of the same name', async () => {
    const activities = { 'scripted.loadData': async () => 'mine' };
    await expect(
      workerOf({ activities, plugins: [statefulWorkflow({ registry: newRegistry() })] }),
    ).rejects.toMatchObject({
      code: 'ADAPTER_DUPLICATE',
      message: expect.stringContaining('already has an activity "scripted.loadData"'),
    });
  });

  it('refuses another plugin with an adapter of the same name', async () => {
    const plugins = [newRegistry(), newRegistry()].map((registry) => statefulWorkflow({ registry }));
    await expect(workerOf({ plugins })).rejects.toMatchObject({ code: 'ADAPTER_DUPLICATE' });
  });

  it('lives with another plugin that has other adapters', async () => {
    const sources = new ScriptedSources();
    const worker = await workerOf({
      plugins: [
        statefulWorkflow({ registry: createRegistry([scriptedAdapter(sources, 'other')]) }),
        statefulWorkflow({ registry: newRegistry() }),
      ],
    });
    expect(await during(worker, load)).toMatchObject({ name: 'Ada' });
  });

  it('closes the registry when the last worker that runs with it has stopped', async () => {
    const closed = vi.fn(async () => {});
    const registry = createRegistry([{ ...scriptedAdapter(new ScriptedSources()), close: closed }]);
    const plugin = statefulWorkflow({ registry });
    const [first, second] = await Promise.all([
      workerOf({ plugins: [plugin] }),
      workerOf({ plugins: [plugin] }),
    ]);
    await during(second, async () => {
      await during(first, load);
      expect(closed).not.toHaveBeenCalled();
    });
    expect(closed).toHaveBeenCalledOnce();
  });

  it('is not needed: registryActivities() gives the same activities', async () => {
    const worker = await workerOf({ activities: registryActivities(newRegistry()) });
    expect(await during(worker, load)).toMatchObject({ name: 'Ada' });
  });
});

/** Runs one activity through a workflow that calls what it is told to. */
function call(client: Client, taskQueue: string, activity: string, ...args: string[]): Promise<unknown> {
  return client.workflow.execute('CallingWorkflow', {
    taskQueue,
    workflowId: randomUUID(),
    args: [activity, args],
  });
}

describe('createRegistry()', () => {
  const adapter = scriptedAdapter(new ScriptedSources());
  const make = (...adapters: unknown[]): Registry => createRegistry(adapters as DataSourceAdapter[]);

  it('finds adapters by name, in the order given', () => {
    const registry = make(adapter, { ...adapter, name: 'second' });
    expect(registry.adapters.map(({ name }) => name)).toEqual(['scripted', 'second']);
    expect(registry.get('second')?.name).toBe('second');
    expect(registry.get('third')).toBeUndefined();
    expect(registry.get('constructor')).toBeUndefined();
  });

  it('refuses two adapters of one name', () => {
    expect(() => make(adapter, { ...adapter })).toThrow(
      expect.objectContaining({
        code: 'ADAPTER_DUPLICATE',
        message: expect.stringContaining('Two adapters are named "scripted"'),
      }),
    );
  });

  it.each([
    ['nothing', undefined, 'adapters[1]: is not an adapter'],
    ['the factory itself', () => adapter, 'adapters[1]: '],
    ['no name', { ...adapter, name: '' }, 'has no usable name'],
    ['a name that no activity can have', { ...adapter, name: 'a.b' }, 'has no usable name'],
    [
      'another contract version',
      { ...adapter, name: 'x', contractVersion: 2 },
      'was written for contract version 2',
    ],
    [
      'no contract version',
      { ...adapter, name: 'x', contractVersion: undefined },
      'contract version undefined',
    ],
    ['no load()', { ...adapter, name: 'x', load: undefined }, '"x" has no load()'],
    ['no classify()', { ...adapter, name: 'x', classify: 1 }, '"x" has no classify()'],
    ['no querySchema', { ...adapter, name: 'x', querySchema: {} }, '"x" has no querySchema'],
  ])('refuses what is not an adapter: %s', (_, candidate, reason) => {
    expect(() => make(adapter, candidate)).toThrow(
      expect.objectContaining({ code: 'ADAPTER_INVALID', message: expect.stringContaining(reason) }),
    );
  });

  it('closes every adapter, also after one that does not close', async () => {
    const closed = vi.fn(async () => {});
    const broken: Partial<DataSourceAdapter> = {
      close: () => {
        throw new Error('stuck');
      },
    };
    const registry = make({ ...adapter, ...broken }, { ...adapter, name: 'second', close: closed });
    await expect(registry.close()).rejects.toThrow('1 of 2 adapters did not close');
    expect(closed).toHaveBeenCalledOnce();
  });
});
