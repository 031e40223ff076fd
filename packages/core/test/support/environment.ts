import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { inject } from 'vitest';
import { StatefulClient, type StatefulHandle } from '../../src/client';
import { type ActivityOptions, type AnyAdapter, createRegistry, statefulWorkflow } from '../../src/worker';
import { scriptedAdapter, ScriptedSource } from './scripted-adapter';
import type { CustomerData } from '../workflows';

/** Everything workers and workflows logged, for tests that look. */
export const logged: string[] = [];
let bundle: Promise<WorkflowBundleWithSourceMap> | undefined;

/** The test workflows, bundled once per file. */
export function workflowBundle(): Promise<WorkflowBundleWithSourceMap> {
  return (bundle ??= bundleWorkflowCode({
    workflowsPath: join(__dirname, '../workflows/index.ts'),
    logger: new DefaultLogger('ERROR'),
  }));
}

export interface TestOptions extends ActivityOptions {
  readonly adapters?: readonly AnyAdapter[];
  /** How many workflows the worker keeps; 0 replays a workflow for every task. */
  readonly maxCachedWorkflows?: number;
}

/** A client and a running worker on a task queue of their own, over the real Temporal server of this run. */
export class TestEnvironment {
  readonly sources = { profile: new ScriptedSource(), contacts: new ScriptedSource() };
  readonly taskQueue = `test-${randomUUID()}`;
  readonly #options: TestOptions;
  client!: Client;
  #connections: { close(): Promise<void> }[] = [];
  #worker?: { worker: Worker; done: Promise<void> };

  private constructor(options: TestOptions) {
    this.#options = options;
    this.sources.profile.records = [{ id: 'c_1', name: 'Ada', plan: 'pro' }];
    this.sources.contacts.records = [
      { id: 'k_1', name: 'Grace' },
      { id: 'k_2', name: 'Edsger' },
    ];
  }

  static async start(options: TestOptions = {}): Promise<TestEnvironment> {
    const environment = new TestEnvironment(options);
    try {
      Runtime.install({
        logger: new DefaultLogger('WARN', ({ message, meta }) =>
          logged.push(`${message} ${JSON.stringify(meta)}`),
        ),
      });
    } catch {
      // installed by an earlier environment of this file
    }
    const connection = await Connection.connect({ address: inject('temporalAddress') });
    environment.#connections.push(connection);
    environment.client = new Client({ connection });
    await environment.startWorker();
    return environment;
  }

  async startWorker(): Promise<void> {
    const { adapters, maxCachedWorkflows, ...options } = this.#options;
    const connection = await NativeConnection.connect({ address: inject('temporalAddress') });
    this.#connections.push(connection);
    const registry = createRegistry([scriptedAdapter(this.sources), ...(adapters ?? [])]);
    const worker = await Worker.create({
      connection,
      taskQueue: this.taskQueue,
      workflowBundle: await workflowBundle(),
      plugins: [statefulWorkflow({ registry, ...options })],
      ...(maxCachedWorkflows !== undefined && { maxCachedWorkflows }),
    });
    this.#worker = { worker, done: worker.run() };
  }

  async stopWorker(): Promise<void> {
    this.#worker?.worker.shutdown();
    await this.#worker?.done;
    this.#worker = undefined;
  }

  /** A typed client for one of the test workflows. */
  workflows(workflow = 'CustomerWorkflow'): StatefulClient<CustomerData> {
    return new StatefulClient<CustomerData>(this.client, {
      workflow,
      taskQueue: this.taskQueue,
      entityName: 'Customer',
    });
  }

  /** A started workflow that has loaded once. */
  async loaded(
    workflow = 'CustomerWorkflow',
    input: Record<string, unknown> = {},
  ): Promise<StatefulHandle<CustomerData>> {
    const { handle } = await this.workflows(workflow).ensure({
      id: `c_${randomUUID().slice(0, 8)}`,
      ...input,
    });
    return handle;
  }

  async stop(): Promise<void> {
    await this.stopWorker();
    for (const connection of this.#connections.reverse()) await connection.close();
  }
}
