import { randomUUID } from 'node:crypto';
import { Client, Connection, WithStartWorkflowOperation, type WorkflowHandle } from '@temporalio/client';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import { encryptionCodec, Keyring } from '@stateful-workflow/core/client';
import { createRegistry, registryActivities } from '@stateful-workflow/core/worker';
import { expect, inject, vi } from 'vitest';
import type {} from '@stateful-workflow/dev-services/vitest';
import type { ChildInfo, ChildStatus } from '../../src/tree/wire';
import type { EntityInput } from '../workflows';
import type {} from './bundle-workflows';

/** How a workflow is started, where it differs. */
export interface StartOptions {
  readonly taskQueue?: string;
  readonly args?: readonly unknown[];
}

/** A client and a worker on a task queue of its own, over the real Temporal server of this run. */
export interface TestEnvironment {
  readonly client: Client;
  readonly taskQueue: string;
  /** Starts an `EntityWorkflow` that answers as told, and waits until it does. */
  entity(workflowId: string, input?: EntityInput): Promise<WorkflowHandle>;
  /** Starts a workflow of any type; on a task queue of any name, also one without a worker. */
  start(workflowType: string, workflowId: string, options?: StartOptions): Promise<WorkflowHandle>;
  stop(): Promise<void>;
}

/** Starts it. @param keyring the file of the keyring that its worker and its client encrypt all payloads with */
export async function startEnvironment(keyring?: string): Promise<TestEnvironment> {
  quietRuntime();
  const address = inject('temporalAddress');
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const dataConverter = keyring ? { payloadCodecs: [encryptionCodec(Keyring.fromFile(keyring))] } : {};
  const client = new Client({ connection, dataConverter });
  const queue = `cli-${randomUUID()}`;
  const worker = await Worker.create({
    connection: native,
    dataConverter,
    taskQueue: queue,
    workflowBundle: { codePath: inject('workflowBundle') },
    // What core's workflows need of a worker.
    activities: registryActivities(createRegistry([])),
  });
  const running = worker.run();

  return {
    client,
    taskQueue: queue,
    async entity(workflowId, input = {}) {
      const startWorkflowOperation = new WithStartWorkflowOperation('EntityWorkflow', {
        workflowId,
        taskQueue: queue,
        args: [input],
        workflowIdConflictPolicy: 'FAIL',
      });
      await client.workflow.executeUpdateWithStart('refresh', { startWorkflowOperation });
      return startWorkflowOperation.workflowHandle();
    },
    start: (workflowType, workflowId, { taskQueue = queue, args = [] } = {}) =>
      client.workflow.start(workflowType, { workflowId, taskQueue, args: [...args] }),
    async stop() {
      worker.shutdown();
      await running;
      await native.close();
      await connection.close();
    },
  };
}

/** What a parent says of a child. */
export function child(workflowId: string, status: ChildStatus = 'running', error?: string): ChildInfo {
  const [entityName = '', id = ''] = workflowId.split('-');
  const workflowType = 'EntityWorkflow';
  return { workflowId, workflowType, entityName, id, path: 'items', status, ...(error && { error }) };
}

/** Waits until the server has noted that a workflow task failed and is tried again. */
export async function untilFailing(handle: WorkflowHandle): Promise<void> {
  await vi.waitFor(
    async () => {
      const { raw } = await handle.describe();
      if ((raw.pendingWorkflowTask?.attempt ?? 0) < 2)
        throw new Error('its first workflow task has not failed');
    },
    { timeout: 20_000, interval: 50 },
  );
}

/** Waits until as many workflows are listed as a query is to find: the server lists them a moment after they start. */
export async function untilListed(client: Client, query: string, count: number): Promise<void> {
  await vi.waitFor(async () => expect((await client.workflow.count(query)).count).toBe(count), {
    timeout: 30_000,
    interval: 100,
  });
}

/** Waits until a workflow has ended, however that was. */
export async function untilClosed(handle: WorkflowHandle): Promise<void> {
  await handle.result().catch(() => undefined);
}

/** Makes everything that Temporal logs go nowhere. */
export function quietRuntime(): void {
  try {
    Runtime.install({
      logger: new DefaultLogger('ERROR', () => {}),
      // The native part writes past anything that could capture it, unless it is told to forward.
      telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
    });
  } catch {
    // installed by an earlier environment of this file
  }
}
