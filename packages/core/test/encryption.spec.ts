import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { Payload, PayloadCodec } from '@temporalio/common';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Keyring, StatefulClient } from '../src/client';
import { createRegistry, encryptionCodec, statefulWorkflow } from '../src/worker';
import { quietRuntime } from './support/environment';
import { eventsOf, textOf } from './support/history';
import { ScriptedFault, scriptedAdapter, ScriptedSources } from './support/scripted-adapter';

const [one, two] = [randomBytes(32), randomBytes(32)];
const keyring = new Keyring({ primary: 'one', keys: { one } });
const sources = new ScriptedSources();
const registry = createRegistry([scriptedAdapter(sources)]);
const plugin = statefulWorkflow({ registry, encryption: { keyring, payloads: true } });
const PRIVATE = 'private-canary-7d31c5';

/** A user's own codec: turns every payload inside out, and says that it was there. */
const theirs: PayloadCodec = {
  encode: async (payloads) =>
    payloads.map((payload) => ({
      ...turned(payload),
      metadata: { ...payload.metadata, theirs: Buffer.from('1') },
    })),
  decode: async (payloads) =>
    payloads.map((payload) => (payload.metadata?.['theirs'] ? turned(payload) : payload)),
};
const turned = (payload: Payload): Payload => ({
  ...payload,
  data: Uint8Array.from(payload.data ?? [], (byte) => byte ^ 0x55),
});

describe('encryption of payloads', () => {
  let native: NativeConnection;
  let connection: Connection;
  let workflowBundle: { code: string };
  beforeAll(async () => {
    quietRuntime();
    const address = inject('temporalAddress');
    native = await NativeConnection.connect({ address });
    connection = await Connection.connect({ address });
    workflowBundle = await bundleWorkflowCode({
      workflowsPath: join(__dirname, 'workflows/index.ts'),
      logger: new DefaultLogger('ERROR'),
      plugins: [plugin],
    });
  });
  afterAll(async () => {
    await native.close();
    await connection.close();
  });

  /** Runs a worker, and a client that reads and writes what the plugin does. */
  async function running<T>(
    run: (customers: StatefulClient, client: Client, id: string) => Promise<T>,
    options: Partial<WorkerOptions> = {},
  ): Promise<T> {
    const taskQueue = `encryption-${randomUUID()}`;
    const { dataConverter } = options;
    const worker = await Worker.create({
      connection: native,
      taskQueue,
      workflowBundle,
      plugins: [plugin],
      ...options,
    });
    const client = new Client({ connection, plugins: [plugin], dataConverter });
    const customers = new StatefulClient(client, { workflow: 'CustomerWorkflow', taskQueue });
    return worker.runUntil(() => run(customers, client, randomUUID()));
  }
  /** What the server holds of a workflow: events, memo and pending activities, without a codec. */
  async function stored(workflowId: string): Promise<string> {
    const bare = new Client({ connection });
    // The client's own describe() decodes the memo.
    const raw = await bare.workflowService.describeWorkflowExecution({
      namespace: 'default',
      execution: { workflowId },
    });
    return textOf(await eventsOf(bare, workflowId)) + JSON.stringify(raw);
  }

  it('covers arguments, state, signals, updates, results, memos and failures', async () => {
    await running(async (customers, _, id) => {
      const source = sources.of(id, 'profile');
      source.records = [{ id, name: `name-${PRIVATE}` }];
      source.faults.push(new ScriptedFault('invalid', `failure-${PRIVATE}`));
      const handle = await customers.start(
        { id, data: { note: `start-${PRIVATE}` } },
        { memo: { memo: `memo-${PRIVATE}` } },
      );
      expect(await handle.refresh()).toMatchObject({
        outcome: expect.stringMatching(/failed|changed/) as string,
      });
      await handle.refresh();
      await handle.update({ entityName: 'Customer', data: { note: `update-${PRIVATE}` } });
      expect(JSON.stringify(await handle.data())).toContain(`name-${PRIVATE}`);
      expect((await handle.temporal.describe()).memo).toEqual({ memo: `memo-${PRIVATE}` });
      await handle.complete();
      expect(JSON.stringify(await handle.result())).toContain(`update-${PRIVATE}`);
      const text = await stored(handle.workflowId);
      expect(text).not.toContain(PRIVATE);
      expect(text).toContain('Encoded failure');
      // Nothing but encrypted payloads: no other encoding is left.
      expect(text).not.toMatch(/json\/plain/);
    });
  });

  it("leaves a user's own codecs in place, and comes after them", async () => {
    const dataConverter = { payloadCodecs: [theirs] };
    await running(
      async (customers, client, id) => {
        const { handle } = await customers.ensure({ id });
        expect(await handle.data()).toMatchObject({ name: 'Ada' });
        expect(client.options.loadedDataConverter.payloadCodecs[0]).toBe(theirs);
        // Under the encryption is what their codec made.
        const [started] = await eventsOf(new Client({ connection }), handle.workflowId);
        const input = started?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
        const [opened] = await encryptionCodec(keyring).decode(input);
        expect(Object.keys(opened?.metadata ?? {})).toContain('theirs');
      },
      { dataConverter },
    );
  });

  it('given twice, encrypts once', async () => {
    await running(
      async (customers, client, id) => {
        await customers.ensure({ id });
        expect(client.options.loadedDataConverter.payloadCodecs).toHaveLength(1);
      },
      { plugins: [plugin, plugin] },
    );
  });

  it('replays, and goes on after a rotation with the old key still listed', async () => {
    const { workflowId, runId } = await running(async (customers, _, id) => {
      const { handle } = await customers.ensure({ id });
      return { workflowId: handle.workflowId, runId: (await handle.temporal.describe()).runId };
    });
    const history = await new Client({ connection }).workflow.getHandle(workflowId, runId).fetchHistory();
    await Worker.runReplayHistory({ workflowBundle, plugins: [plugin] }, history, workflowId);
    const rotated = new Keyring({ primary: 'two', keys: { one, two } });
    const next = statefulWorkflow({
      registry: createRegistry([scriptedAdapter(sources)]),
      encryption: { keyring: rotated, payloads: true },
    });
    await Worker.runReplayHistory({ workflowBundle, plugins: [next] }, history, workflowId);
  });
});
