import { randomUUID } from 'node:crypto';
import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { expect, inject } from 'vitest';
import type {} from '@stateful-workflow/dev-services/vitest';
import { StatefulClient, type StatefulHandle, type TokenOptions } from '../../src/client';
import type { DataSourceAdapter } from '../../src/index';
import { type ActivityOptions, createRegistry, registryActivities, statefulWorkflow } from '../../src/worker';
import type * as workflows from '../workflows';
import type { CustomerData } from '../workflows';
import type {} from './bundle-workflows';
import { eventsOf, taskFailures } from './history';
import { scriptedAdapter, type ScriptedSource, ScriptedSources } from './scripted-adapter';

/** Everything that workers and workflows logged, for tests that look. */
export const logged: string[] = [];

export type WorkflowName = keyof typeof workflows & `${string}Workflow`;

export interface TestOptions extends ActivityOptions {
  readonly adapters?: readonly DataSourceAdapter[];
  /** What else the worker is made with. */
  readonly worker?: Partial<WorkerOptions>;
  /** Whether the environment begins with a running worker. @default true */
  readonly started?: boolean;
  /** A Temporal server of its own. @default the one of this run */
  readonly address?: string;
}

/** A workflow and the sources that it loads. */
export interface TestCustomer {
  readonly id: string;
  readonly handle: StatefulHandle<CustomerData>;
  readonly profile: ScriptedSource;
  readonly contacts: ScriptedSource;
}

/** A client and workers on a task queue of their own, over the real Temporal server of this run. */
export class TestEnvironment {
  readonly sources = new ScriptedSources();
  readonly taskQueue = `test-${randomUUID()}`;
  readonly client: Client;
  readonly #options: TestOptions;
  readonly #connections: { close(): Promise<void> }[];
  readonly #native: NativeConnection;
  #workers: { readonly worker: Worker; readonly done: Promise<void> }[] = [];

  private constructor(connection: Connection, native: NativeConnection, options: TestOptions) {
    this.client = new Client({ connection });
    this.#connections = [native, connection];
    this.#native = native;
    this.#options = options;
  }

  static async start(options: TestOptions = {}): Promise<TestEnvironment> {
    quietRuntime();
    const { address = inject('temporalAddress') } = options;
    const environment = new TestEnvironment(
      await connectionTo(address),
      await NativeConnection.connect({ address }),
      options,
    );
    if (options.started ?? true) await environment.startWorker();
    return environment;
  }

  /** Starts a worker; a `part` of one runs only workflows, or only activities. @param own what this one has besides */
  async startWorker(
    part?: 'workflows' | 'activities',
    own: Partial<WorkerOptions> = {},
  ): Promise<() => Promise<void>> {
    const { adapters = [], worker: options, ...activityOptions } = this.#options;
    const registry = createRegistry([scriptedAdapter(this.sources), ...adapters]);
    const worker = await Worker.create({
      connection: this.#native,
      taskQueue: this.taskQueue,
      // Tasks for a worker that has gone wait this long before another gets them.
      stickyQueueScheduleToStartTimeout: '1 second',
      ...(part !== 'activities' && { workflowBundle: { codePath: inject('workflowBundle') } }),
      ...(part === undefined && { plugins: [statefulWorkflow({ registry, ...activityOptions })] }),
      ...(part === 'activities' && { activities: registryActivities(registry, activityOptions) }),
      ...options,
      ...own,
    });
    const running = { worker, done: worker.run() };
    this.#workers.push(running);
    return async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await running.done;
      this.#workers = this.#workers.filter((other) => other !== running);
    };
  }

  /** Stops every worker, and waits until they have. */
  async stopWorkers(): Promise<void> {
    for (const { worker } of this.#workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    await Promise.all(this.#workers.map(({ done }) => done));
    this.#workers = [];
  }

  /** A typed client for one of the test workflows. */
  workflows(
    workflow: WorkflowName = 'CustomerWorkflow',
    tokens: TokenOptions = {},
  ): StatefulClient<CustomerData> {
    return new StatefulClient<CustomerData>(this.client, {
      ...tokens,
      workflow,
      taskQueue: this.taskQueue,
      entityName: 'Customer',
    });
  }

  /** A workflow that is not started yet, for tests that prepare its sources first. */
  customer(workflow: WorkflowName = 'CustomerWorkflow', id = `c_${randomUUID().slice(0, 8)}`): TestCustomer {
    return {
      id,
      handle: this.workflows(workflow).get(id),
      profile: this.sources.of(id, 'profile'),
      contacts: this.sources.of(id, 'contacts'),
    };
  }

  /** A started workflow; it may not have loaded yet. */
  async started(
    workflow: WorkflowName = 'CustomerWorkflow',
    input: Record<string, unknown> = {},
  ): Promise<TestCustomer> {
    const customer = this.customer(workflow);
    await this.workflows(workflow).start({ id: customer.id, ...input });
    return customer;
  }

  /** A started workflow that has loaded once. */
  async loaded(
    workflow: WorkflowName = 'CustomerWorkflow',
    input: Record<string, unknown> = {},
  ): Promise<TestCustomer> {
    const customer = this.customer(workflow);
    await this.workflows(workflow).ensure({ id: customer.id, ...input });
    return customer;
  }

  /** Starts a workflow as a client in another language would: with any argument, unchecked. */
  async startRaw(
    argument: unknown,
    workflow: WorkflowName = 'CustomerWorkflow',
    workflowId = `raw-${randomUUID()}`,
  ): Promise<ReturnType<Client['workflow']['getHandle']>> {
    await this.client.workflow.start(workflow, {
      args: argument === undefined ? [] : [argument],
      taskQueue: this.taskQueue,
      workflowId,
    });
    return this.client.workflow.getHandle(workflowId);
  }

  /** Asserts that no workflow task of a workflow has failed, in any of its runs. */
  async expectNeverWedged(workflowId: string): Promise<void> {
    expect(taskFailures(await eventsOf(this.client, workflowId))).toEqual([]);
  }

  async stop(): Promise<void> {
    await this.stopWorkers();
    for (const connection of this.#connections) await connection.close();
  }
}

/**
 * A connection whose calls are not tried again once it is closed: the SDK would try in a timer, on a channel that is
 * gone, and that error would fail whichever test runs then.
 */
async function connectionTo(address: string): Promise<Connection> {
  const retries = defaultGrpcRetryOptions();
  let isOpen = true;
  const interceptor = makeGrpcRetryInterceptor({
    ...retries,
    retryableDecider: (attempt, status) => isOpen && retries.retryableDecider(attempt, status),
  });
  const connection = await Connection.connect({ address, interceptors: [interceptor] });
  const close = connection.close.bind(connection);
  return Object.assign(connection, {
    close: async () => {
      isOpen = false;
      await close();
    },
  });
}

/** Makes everything that Temporal logs go to {@link logged}. */
export function quietRuntime(): void {
  try {
    Runtime.install({
      logger: new DefaultLogger('WARN', ({ message, meta }) =>
        logged.push(`${message} ${JSON.stringify(meta)}`),
      ),
      // The native part writes past anything that could capture it, unless it is told to forward.
      telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN' }) } },
    });
  } catch {
    // installed by an earlier environment of this file
  }
}
