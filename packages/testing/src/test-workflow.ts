import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker, type WorkerOptions, type WorkflowBundleOption } from '@temporalio/worker';
import { type Duration, InvalidInputError, type Schema, type StartInput } from '@stateful-workflow/core';
import { StatefulClient, StatefulHandle } from '@stateful-workflow/core/client';
import { milliseconds } from '@stateful-workflow/core/internal';
import type { StatefulWorkflowFunction } from '@stateful-workflow/core/workflow';
import { bundleOf } from './bundle';
import { restingClient } from './client';
import { Clock } from './clock';
import type { FakeSources } from './fake-adapter';
import { fakeActivities } from './fake-activities';
import type { FakeSource } from './fake-source';
import type { FakesOf } from './fakes-of';
import { lookAt } from './look';
import { quietRuntime } from './quiet-runtime';
import { startTestServer } from './test-server';
import { Turns } from './turns';

/** What a workflow is tested with. */
export interface TestWorkflowOptions<Data, Sources> {
  /** The id of the root entity. */
  readonly id: string;
  /**
   * Where the workflows are, as `Worker.create` takes it: `require.resolve('./workflows')`. They are bundled once for all tests
   * of a process.
   */
  readonly workflowsPath?: string;
  /** The same, bundled ahead: for many test files, each with a process of its own. */
  readonly workflowBundle?: WorkflowBundleOption;
  /** What stands in for each source of the class, by its name in the class. */
  readonly sources?: FakesOf<Data, Sources>;
  /** What stands in for the sources of other workflows that are started, such as children. @default none */
  readonly childSources?: FakeSources;
  /** What else the workflow is started with: `data`, `state`, `apiUrl`, `apiToken`, `subscriptions`, `status`, `entityName`. */
  readonly input?: Omit<StartInput, 'id' | 'parent'>;
  /** Activities of your own that the workflow calls, or what stands in for them. @default none */
  readonly activities?: object;
  /** What else the worker is made with: a data converter, interceptors. */
  readonly worker?: Omit<
    Partial<WorkerOptions>,
    'activities' | 'connection' | 'taskQueue' | 'workflowBundle' | 'workflowsPath'
  >;
  /**
   * A time-skipping environment of your own, for one test at a time. It stays when the test stops.
   * @default one of this test's
   */
  readonly environment?: TestWorkflowEnvironment;
  /**
   * The executable of the time-skipping server.
   * @default the one that the environment variable `TEMPORAL_TEST_SERVER_PATH` names, or the one that Temporal's SDK downloads
   */
  readonly testServer?: string;
}

/**
 * A workflow under test, with the typed client's methods: it is steered and read as in production. Made by
 * {@link testWorkflow}.
 *
 * ## Rules
 * - Whatever is sent to it, `advance` and `release` wait until what comes of it is done: the workflow and its children are at
 *   rest, but for answers that are held.
 * - To be stopped at the end of the test: `await using`, or {@link TestedWorkflow.stop}.
 */
export class TestedWorkflow<Data = unknown, S extends Schema = Schema> extends StatefulHandle<Data, S> {
  readonly #test: RunningTest;

  /** @internal */
  constructor(test: RunningTest, workflowId: string) {
    super(test.client, workflowId);
    this.#test = test;
  }

  /** A client of the test's server, for what else there is to do. What it sends is waited for as well. */
  get client(): Client {
    return this.#test.client;
  }

  /** Temporal's own environment: the server's time, its connection. */
  get environment(): TestWorkflowEnvironment {
    return this.#test.environment;
  }

  /**
   * Lets time pass, which takes no longer than what is to be done meanwhile.
   *
   * @param duration `'3 hours'`, or milliseconds
   * @throws Error while the answer of a source is held, and where a workflow cannot go on
   */
  async advance(duration: Duration): Promise<void> {
    await this.#test.clock.pass(milliseconds('duration', duration));
  }

  /** Another workflow of the test, such as a child. @param workflowId `Contact-k_1` */
  other<Other = unknown>(workflowId: string): StatefulHandle<Other> {
    return new StatefulHandle<Other>(this.#test.client, workflowId);
  }

  /** Ends the test: its worker, and its server. */
  stop(): Promise<void> {
    return this.#test.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/**
 * Runs a workflow against sources in memory, on a server of its own whose time is skipped: without a network, an adapter or a
 * credential. Resolves when the workflow has started and is at rest, which is after its first load.
 *
 * @throws Error when the class loads from a source that the test has no fake for, or a task of the workflow fails
 * @example
 * const profile = fakeSource({ id: 'c_42', name: 'Ada', plan: 'free' });
 * await using customer = await testWorkflow(CustomerWorkflow, {
 *   id: 'c_42',
 *   workflowsPath: require.resolve('./workflows'),
 *   sources: { profile },
 * });
 * profile.set((before) => ({ ...before, plan: 'pro' }));
 * await customer.advance('3 hours');
 * assert.equal((await customer.data())?.plan, 'pro');
 */
export async function testWorkflow<Data, S extends Schema, Sources>(
  workflow: StatefulWorkflowFunction<Data, S, Sources>,
  options: TestWorkflowOptions<Data, Sources>,
): Promise<TestedWorkflow<Data, S>> {
  const { id, input = {} } = options;
  const test = await RunningTest.start(options as TestWorkflowOptions<unknown, unknown>);
  try {
    const { entityName } = input;
    const workflows = new StatefulClient<Data, S>(test.client, {
      workflow,
      taskQueue: test.taskQueue,
      allowPlaintextTokens: true,
      ...(entityName !== undefined && { entityName }),
    });
    test.roots.push(workflows.workflowId(id));
    await workflows.start({ ...input, id });
    return new TestedWorkflow<Data, S>(test, workflows.workflowId(id));
  } catch (error) {
    await test.stop();
    throw error;
  }
}

/** What runs for one test. */
class RunningTest {
  readonly taskQueue = `test-${randomUUID()}`;
  readonly turns = new Turns();
  readonly #end = new AbortController();
  readonly ended = this.#end.signal;
  readonly clock: Clock;
  readonly client: Client;
  /** The workflows that the test has started itself. */
  readonly roots: string[] = [];
  readonly #sources: FakeSources;
  readonly #isOwn: boolean;
  readonly #missing = new Set<string>();
  #worker?: Worker;
  #running: Promise<void> = Promise.resolve();
  #failure: Error | undefined;
  #stopped?: Promise<void>;

  private constructor(
    readonly environment: TestWorkflowEnvironment,
    { sources, childSources, environment: given, worker }: TestWorkflowOptions<unknown, unknown>,
  ) {
    // Each call listens to it.
    setMaxListeners(0, this.ended);
    this.#sources = { ...childSources, ...sources };
    this.#isOwn = given === undefined;
    this.clock = new Clock(environment, this);
    this.client = restingClient(environment, this, worker?.dataConverter);
  }

  static async start(options: TestWorkflowOptions<unknown, unknown>): Promise<RunningTest> {
    const { workflowBundle: bundled, workflowsPath, activities = {}, worker } = options;
    if (bundled === undefined && workflowsPath === undefined)
      throw new InvalidInputError(
        'workflowsPath',
        'is missing',
        "Give the file that exports the workflows: require.resolve('./workflows'), or fileURLToPath(import.meta.resolve('./workflows.js'))",
      );
    quietRuntime();
    const workflowBundle = bundled ?? (await bundleOf(workflowsPath ?? ''));
    const environment = options.environment ?? (await startTestServer(options.testServer));
    const test = new RunningTest(environment, options);
    try {
      if (!environment.supportsTimeSkipping)
        throw new InvalidInputError(
          'environment',
          'skips no time',
          'Make it with TestWorkflowEnvironment.createTimeSkipping(), or leave it out',
        );
      test.#worker = await Worker.create({
        shutdownGraceTime: 0,
        ...worker,
        connection: environment.nativeConnection,
        ...(environment.namespace !== undefined && { namespace: environment.namespace }),
        taskQueue: test.taskQueue,
        workflowBundle,
        activities: fakeActivities(test.#sources, activities, test),
      });
      test.#running = test.#worker.run().catch((error: Error) => void (test.#failure = error));
      return test;
    } catch (error) {
      await test.stop();
      throw error;
    }
  }

  /** Sources whose answer is held. */
  get holding(): readonly string[] {
    return Object.keys(this.#sources).filter(
      (name) => (this.#sources[name] as FakeSource | undefined)?.isHolding,
    );
  }

  miss(source: string): void {
    this.#missing.add(source);
  }

  async look(): Promise<string | undefined> {
    if (this.#failure) throw this.#failure;
    this.#checkMissing();
    return lookAt(this.environment.client, this.roots, await this.environment.currentTimeMs());
  }

  readonly rest = async (): Promise<void> => {
    await this.clock.rest();
    this.#checkMissing();
  };

  stop(): Promise<void> {
    return (this.#stopped ??= this.#stop());
  }

  async #stop(): Promise<void> {
    this.#end.abort();
    // Whoever has the turn has heard of it.
    (await this.turns.take())();
    if (this.#worker?.getState() === 'RUNNING') this.#worker.shutdown();
    await this.#running;
    if (this.#isOwn) await this.environment.teardown();
  }

  #checkMissing(): void {
    const [source] = this.#missing;
    if (source === undefined) return;
    const known = Object.keys(this.#sources).join(', ') || 'none';
    throw new InvalidInputError(
      'sources',
      `has no fake for "${source}", which a workflow loads from; it has ${known}`,
      `Add it: sources: { ${source}: fakeSource({ … }) }, or to childSources where it is a child's`,
    );
  }
}
