import { randomUUID } from 'node:crypto';
import {
  Client,
  Connection,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import type { DataSourceAdapter, RejectedSignals, SourceInfo } from '@stateful-workflow/core';
import { createRegistry, type SecretProvider, statefulWorkflow } from '@stateful-workflow/core/worker';
import { expect, inject, vi } from 'vitest';
import type {} from '@stateful-workflow/dev-services/vitest';
import { feedAdapter, type FeedData, type FeedWorkflow } from '../../src/index';
import type {} from './bundle-workflows';
import { MemoryCollection } from './memory-collection';

/** As the server calls an activity that was asked to stop. */
const CANCEL_REQUESTED = 3;

/** How an environment differs. */
export interface TestOptions {
  readonly feeds: readonly FeedWorkflow[];
  readonly adapters?: readonly DataSourceAdapter[];
  readonly secrets?: readonly SecretProvider[];
  readonly worker?: Partial<WorkerOptions>;
}

/** A client and workers on a task queue of their own, over the real Temporal server of this run. */
export class TestEnvironment {
  readonly collection = new MemoryCollection();
  readonly taskQueue = `feed-${randomUUID()}`;
  /** What the ids of this environment begin with: those of other tests are others. */
  readonly prefix = randomUUID().slice(0, 8);
  #workers: { readonly worker: Worker; readonly done: Promise<void> }[] = [];

  private constructor(
    readonly client: Client,
    readonly native: NativeConnection,
    readonly options: TestOptions,
  ) {}

  static async start(options: TestOptions): Promise<TestEnvironment> {
    quietRuntime();
    const address = inject('temporalAddress');
    const client = new Client({ connection: await connectionTo(address) });
    const environment = new TestEnvironment(client, await NativeConnection.connect({ address }), options);
    await environment.startWorker();
    return environment;
  }

  /** Starts a worker, which knows nothing of what others delivered. */
  async startWorker(): Promise<void> {
    const { feeds, adapters = [], secrets = [], worker: own } = this.options;
    const registry = createRegistry([this.collection.adapter(), ...adapters, feedAdapter({ feeds })]);
    const worker = await Worker.create({
      connection: this.native,
      taskQueue: this.taskQueue,
      workflowBundle: { codePath: inject('workflowBundle') },
      plugins: [statefulWorkflow({ registry, secrets })],
      // Tasks for a worker that has gone wait this long before another gets them.
      stickyQueueScheduleToStartTimeout: '1 second',
      shutdownGraceTime: 0,
      ...own,
    });
    this.#workers.push({ worker, done: worker.run() });
  }

  /** Stops every worker at once: what its activities were at is given up. */
  async stopWorkers(): Promise<void> {
    for (const { worker } of this.#workers) {
      // One that has only just been started looks through its workflows first, and cannot be stopped before.
      await eventually(() => expect(worker.getState()).not.toBe('INITIALIZED'));
      if (worker.getState() === 'RUNNING') worker.shutdown();
    }
    await Promise.all(this.#workers.map(({ done }) => done));
    this.#workers = [];
  }

  /** Starts a feed. */
  async feed(feed: FeedWorkflow, input: Record<string, unknown> = {}): Promise<TestFeed> {
    const id = `${feed.name}-${this.prefix}`;
    await this.client.workflow.start(feed.name, {
      taskQueue: this.taskQueue,
      workflowId: id,
      args: [{ id: this.prefix, ...input }],
    });
    return new TestFeed(this.client.workflow.getHandle(id));
  }

  /** The workflow of a customer. */
  customer(id: string): WorkflowHandle {
    return this.client.workflow.getHandle(`Customer-${id}`);
  }

  /** What the workflow of a customer holds; `undefined` where none runs. */
  async held(id: string): Promise<unknown> {
    try {
      const { status } = await this.customer(id).describe();
      return status.name === 'RUNNING' ? await this.customer(id).query('data') : undefined;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  /** Waits until the workflows of all rows hold them. */
  async untilInStep(): Promise<void> {
    const ids = this.collection.rows.keys();
    const work = async (): Promise<void> => {
      for (const id of ids)
        await eventually(async () => expect(await this.held(id)).toEqual(this.collection.rows.get(id)));
    };
    await Promise.all(Array.from({ length: 10 }, work));
  }

  async stop(): Promise<void> {
    await this.stopWorkers();
    const running = `TaskQueue = '${this.taskQueue}' AND ExecutionStatus = 'Running'`;
    for await (const { workflowId } of this.client.workflow.list({ query: running }))
      await this.client.workflow
        .getHandle(workflowId)
        .terminate()
        .catch(() => {});
    await this.native.close();
    await this.client.connection.close();
  }
}

/** A feed that runs. */
export class TestFeed {
  constructor(readonly handle: WorkflowHandle) {}

  async data(): Promise<FeedData | null> {
    return this.handle.query<FeedData | null>('data');
  }

  async status(): Promise<string> {
    return this.handle.query<string>('status');
  }

  /** Waits until it has read the collection once, and nothing of it is left. */
  async untilRead(): Promise<void> {
    await eventually(async () => expect(await this.data()).toMatchObject({ isBusy: false }));
  }

  /** How many events its run has once it does nothing but watch. */
  async eventsAtRest(): Promise<number> {
    return (await eventsAtRest(this.handle, { activities: 1 })).length;
  }

  /** Has it look, and waits until it has. */
  async look(payload?: { readonly acceptDeletions?: true }): Promise<FeedData> {
    await this.handle.executeUpdate<unknown, [unknown]>('refresh', { args: [payload] });
    return (await this.data()) as FeedData;
  }
}

export const sourceOf = async (handle: WorkflowHandle): Promise<SourceInfo | undefined> =>
  (await handle.query<Record<string, SourceInfo>>('sources'))['profile'];

export const refusalsOf = (handle: WorkflowHandle): Promise<RejectedSignals> =>
  handle.query<RejectedSignals>('rejectedSignals');

/** Asks again until the assertions hold; for what no event announces. */
export function eventually<T>(look: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(look, { timeout: 45_000, interval: 100 });
}

/**
 * The events of a workflow's run once it rests: no workflow task is due, for which the server would hold back what comes,
 * and that many activities are under way, none of which was asked to stop.
 */
async function eventsAtRest(handle: WorkflowHandle, underWay: { readonly activities: number }) {
  return eventually(async () => {
    const { pendingWorkflowTask, pendingActivities } = (await handle.describe()).raw;
    expect(pendingWorkflowTask ?? undefined).toBeUndefined();
    expect(pendingActivities).toHaveLength(underWay.activities);
    expect(pendingActivities?.map(({ state }) => state)).not.toContain(CANCEL_REQUESTED);
    return (await handle.fetchHistory()).events ?? [];
  });
}

/** How many signals of a name a workflow of an entity has got in its run. */
export async function signalsOf(handle: WorkflowHandle, name = 'feed'): Promise<number> {
  const events = await eventsAtRest(handle, { activities: 0 });
  return events.filter((event) => event.workflowExecutionSignaledEventAttributes?.signalName === name).length;
}

/** A connection whose calls are not tried again once it is closed: the SDK would try on a channel that is gone. */
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

function quietRuntime(): void {
  try {
    Runtime.install({
      logger: new DefaultLogger('ERROR', () => {}),
      telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
    });
  } catch {
    // installed by an earlier environment of this file
  }
}
