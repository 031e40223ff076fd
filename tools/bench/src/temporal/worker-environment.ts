import { randomUUID } from 'node:crypto';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import type { DataSourceAdapter, StartInput } from '@stateful-workflow/core';
import { createRegistry, statefulWorkflow } from '@stateful-workflow/core/worker';
import { byHandActivities } from './by-hand-activities';
import { memoryAdapter, type MemorySources } from './memory-adapter';

/** What a worker is made from. */
export interface EnvironmentOptions {
  /** The gRPC address of a Temporal server. */
  readonly address: string;
  /** What the workflows load from. */
  readonly sources: MemorySources;
  /** What else they load with. @default the sources in memory alone */
  readonly adapters?: readonly DataSourceAdapter[];
  readonly workflowBundle: NonNullable<WorkerOptions['workflowBundle']>;
  /** Activities besides those by hand. */
  readonly activities?: object;
  /** @default one of its own */
  readonly taskQueue?: string;
  /** Settings of the worker that differ from Temporal's own. */
  readonly worker?: Pick<WorkerOptions, 'maxCachedWorkflows' | 'debugMode' | 'sinks'>;
}

/** A client, and a worker that runs both the stateful workflows and those written by hand. */
export class WorkerEnvironment {
  readonly client: Client;
  readonly worker: Worker;
  readonly taskQueue: string;
  readonly #running: Promise<void>;
  readonly #connections: readonly { close(): Promise<void> }[];

  private constructor(
    client: Client,
    worker: Worker,
    taskQueue: string,
    connections: readonly { close(): Promise<void> }[],
  ) {
    this.client = client;
    this.worker = worker;
    this.taskQueue = taskQueue;
    this.#connections = connections;
    this.#running = worker.run();
    // Seen by whoever stops the environment; until then it must not count as unhandled.
    this.#running.catch(() => {});
  }

  static async start(options: EnvironmentOptions): Promise<WorkerEnvironment> {
    installRuntime();
    const { taskQueue = `bench-${randomUUID()}` } = options;
    const connection = await Connection.connect({ address: options.address });
    const native = await NativeConnection.connect({ address: options.address });
    const registry = createRegistry([memoryAdapter(options.sources), ...(options.adapters ?? [])]);
    const worker = await Worker.create({
      connection: native,
      taskQueue,
      workflowBundle: options.workflowBundle,
      activities: { ...byHandActivities(options.sources), ...options.activities },
      plugins: [statefulWorkflow({ registry })],
      ...options.worker,
    });
    return new WorkerEnvironment(new Client({ connection }), worker, taskQueue, [native, connection]);
  }

  /** Starts a stateful workflow. */
  startStateful(workflowType: string, more: Partial<StartInput> = {}): Promise<WorkflowHandle> {
    return this.#start(workflowType, { id: randomUUID(), entityName: 'Customer', ...more });
  }

  /** Starts a workflow that is written by hand. */
  startByHand(workflowType: string, more: object = {}): Promise<WorkflowHandle> {
    return this.#start(workflowType, { key: 'tickets', ...more });
  }

  async stop(): Promise<void> {
    if (this.worker.getState() === 'RUNNING') this.worker.shutdown();
    await this.#running;
    for (const connection of this.#connections) await connection.close();
  }

  #start(workflowType: string, input: object): Promise<WorkflowHandle> {
    return this.client.workflow.start(workflowType, {
      args: [input],
      taskQueue: this.taskQueue,
      workflowId: `${workflowType}-${randomUUID()}`,
    });
  }
}

let installed = false;

/** Whoever runs the benchmark handles signals; Temporal's runtime would shut workers down on its own. */
function installRuntime(): void {
  if (installed) return;
  installed = true;
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
}
