import { readFile } from 'node:fs/promises';
import { SimplePlugin } from '@temporalio/plugin';
import {
  type BundleOptions,
  Runtime,
  type Worker,
  type WorkerOptions,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { StatefulWorkflowError } from '../contract/errors';
import { type Activities, activitiesWith } from './activities';
import { activityCredentials } from './activity-credentials';
import { bundledWorkflows } from './bundled-workflows';
import { checkActivityOptions, checkFlag, checkPluginOptions, checkRegistry } from './check-options';
import { encrypting, failuresPath } from './encryption';
import type { ActivityOptions } from './harness';
import { HintHub } from './hint-hub';
import { ownPath } from './own-path';
import type { Registry } from './registry';
import { StatusGauge } from './status-gauge';
import { tellOfWorkflows } from './tell-of-workflows';

/** How {@link statefulWorkflow} is set up. */
export interface StatefulWorkflowPluginOptions extends ActivityOptions {
  /** The adapters of this worker. */
  readonly registry: Registry;
  /**
   * Has the worker set the metric `stateful_workflow_workflows` every minute: how many workflows of its task queue run, by
   * status. It counts those whose class has `searchAttributes`.
   * @default false
   */
  readonly countsByStatus?: boolean;
}

/**
 * The Temporal plugin that brings a registry's adapters to a worker. It adds activities and, where payloads are to be
 * encrypted, a codec after the user's own; it leaves everything else of the worker as it is. A client that is to read
 * and write what is encrypted takes the same plugin, and so does `bundleWorkflowCode`. Applying the same plugin twice, as Temporal does when it is given
 * to a connection and to the worker made with it, is the same as applying it once. When the last worker that
 * runs with it has stopped, the registry is closed.
 *
 * @example
 * const worker = await Worker.create({ taskQueue, workflowsPath, plugins: [statefulWorkflow({ registry, secrets })] });
 * @throws StatefulWorkflowError `ADAPTER_DUPLICATE`, from `Worker.create`, when the worker already has an
 *   activity of the same name; InvalidInputError when an option cannot be used
 */
export function statefulWorkflow(options: StatefulWorkflowPluginOptions): SimplePlugin {
  return new StatefulWorkflowPlugin(options);
}

class StatefulWorkflowPlugin extends SimplePlugin {
  readonly #registry: Registry;
  readonly #options: ActivityOptions;
  /** Activity sets that this plugin has made, to know its own when it is applied again. */
  readonly #made = new WeakSet<object>();
  readonly #encrypts: boolean;
  readonly #countsByStatus: boolean;
  /** What workers have bundled themselves, by the path of their workflows. */
  readonly #bundles = new Map<string, string>();
  /** What the workers' watches wait for. */
  readonly #hints = new HintHub();
  #running = 0;

  constructor(given: StatefulWorkflowPluginOptions) {
    checkPluginOptions(given, 'statefulWorkflow');
    const { registry, countsByStatus = false, ...options } = given;
    checkRegistry(registry, 'registry');
    checkActivityOptions(options);
    checkFlag(countsByStatus, 'countsByStatus');
    const { keyring, payloads } = options.encryption ?? {};
    super({
      name: '@stateful-workflow/core',
      ...(keyring && payloads && { dataConverter: (theirs) => encrypting(theirs, keyring) }),
    });
    this.#encrypts = payloads === true;
    this.#registry = registry;
    this.#options = options;
    this.#countsByStatus = countsByStatus;
  }

  override configureWorker(options: WorkerOptions): WorkerOptions {
    const configured = super.configureWorker(options);
    const theirs = (configured.activities ?? {}) as Activities;
    if (this.#made.has(theirs)) return configured;
    const ours = activitiesWith(this.#hints, this.#registry, this.#options, theirs['default']);
    for (const name of Object.keys(ours)) {
      // Another of these plugins brings the same looks at a hierarchy.
      if (name === 'default' || !Object.hasOwn(theirs, name) || theirs[name] === ours[name]) continue;
      throw new StatefulWorkflowError(
        'ADAPTER_DUPLICATE',
        `The worker already has an activity "${name}", which the adapter of that name brings. Remove it from the worker's activities, or give the adapter another name.`,
        { context: { activity: name } },
      );
    }
    const activities = { ...theirs, ...ours };
    this.#made.add(activities);
    // The last one stands next to the activity: what the others hear of its failures holds no secret.
    const { activity = [] } = configured.interceptors ?? {};
    const interceptors = {
      ...configured.interceptors,
      activity: [...activity, activityCredentials(this.#options)],
    };
    return { ...configured, activities, interceptors };
  }

  /** For workflows that are bundled ahead, too: a bundle says what is loaded once, and holds the converter of failures. */
  override configureBundler(options: BundleOptions): BundleOptions {
    const keep = (code: string): unknown => this.#bundles.set(options.workflowsPath, code);
    const configured = hearingOf(keep, sharingCore(withEnvironment(super.configureBundler(options))));
    return this.#encrypts ? { failureConverterPath: failuresPath(), ...configured } : configured;
  }

  override async runWorker(worker: Worker, next: (worker: Worker) => Promise<void>): Promise<void> {
    if (this.#running++ === 0) tellOfAdapters(this.#registry, this.#options);
    await this.#tellOfWorkflows(worker);
    const stopCounting = this.#countsByStatus && countByStatus(worker);
    try {
      await super.runWorker(worker, next);
    } finally {
      if (stopCounting) stopCounting();
      if (worker.client) await this.#hints.leave(worker.client);
      if (--this.#running === 0) await this.#registry.close();
    }
  }

  /** Says what is wrong with the worker's workflows as far as that can be known before one of them runs. */
  async #tellOfWorkflows({ options }: Worker): Promise<void> {
    const { workflowBundle, workflowsPath = '', taskQueue, debugMode } = options;
    // There, Temporal itself listens to what fails in this thread.
    if (debugMode) return;
    const { logger } = Runtime.instance();
    try {
      const code = workflowBundle ? await codeOf(workflowBundle) : this.#bundles.get(workflowsPath);
      if (code === undefined) return;
      tellOfWorkflows(await bundledWorkflows(code), { registry: this.#registry, taskQueue }, logger);
    } catch (error) {
      // Code at the top of a module may need a workflow. What is wrong otherwise, Temporal says with each task.
      logger.debug(`The workflows of this worker could not be looked through: ${String(error)}`);
    }
  }
}

/** Counts the workflows of a worker's task queue for as long as it runs. @returns what ends it */
function countByStatus({ client, options: { taskQueue } }: Worker): (() => void) | undefined {
  if (client === undefined) return undefined;
  const { logger: log, metricMeter: meter } = Runtime.instance();
  return new StatusGauge({ client, taskQueue, meter, log }).start();
}

/** Has somebody hear of the code that a bundler makes. */
function hearingOf(keep: (code: string) => unknown, options: BundleOptions): BundleOptions {
  const { webpackConfigHook } = options;
  return {
    ...options,
    webpackConfigHook: (config) => {
      const given = webpackConfigHook?.(config) ?? config;
      const plugin: NonNullable<typeof given.plugins>[number] = {
        apply: ({ hooks }) =>
          hooks.assetEmitted.tap('stateful-workflow', (_, { content }) => keep(content.toString())),
      };
      return { ...given, plugins: [...(given.plugins ?? []), plugin] };
    },
  };
}

/**
 * Has a bundle know whether it is for production: Temporal's bundler always builds for development, and there is no
 * `process` in the sandbox.
 */
function withEnvironment({ webpackConfigHook, ...options }: BundleOptions): BundleOptions {
  const nodeEnv = process.env['NODE_ENV'] === 'production' && 'production';
  if (!nodeEnv) return { ...options, ...(webpackConfigHook && { webpackConfigHook }) };
  return {
    ...options,
    webpackConfigHook: (config) => {
      const given = webpackConfigHook?.(config) ?? config;
      return { ...given, optimization: { nodeEnv, ...given.optimization } };
    },
  };
}

/**
 * Has all workflows of a V8 context share this package's code, as they share Temporal's: it keeps no state of its own.
 * A copy for each of them would take as much memory as all else that an idle workflow needs.
 */
function sharingCore({ preloadModules = [], ...options }: BundleOptions): BundleOptions {
  return { ...options, preloadModules: [...new Set([...preloadModules, ownPath('workflow')])] };
}

const codeOf = async (bundle: WorkflowBundleOption): Promise<string> =>
  'code' in bundle ? bundle.code : readFile(bundle.codePath, 'utf8');

/** Says in the worker's log, as it starts, which sources it can load; loudly what it lacks. */
function tellOfAdapters(
  { adapters }: Registry,
  { secrets, encryption, allowPlaintextTokens }: ActivityOptions,
): void {
  const { logger } = Runtime.instance();
  const names = (list: readonly { readonly name: string }[]): string =>
    list.map(({ name }) => name).join(', ') || 'none';
  logger.info(
    `Stateful Workflow: adapters: ${names(adapters)}; secrets from: ${names(secrets ?? [])}; sealed tokens: ${encryption ? 'yes' : 'no'}`,
  );
  if (adapters.length === 0)
    logger.warn(
      'The registry of this worker has no adapter, so no source can be loaded here. Add those that the workflows name: createRegistry([restAdapter({ … })]).',
    );
  else if (secrets === undefined && !encryption && !allowPlaintextTokens)
    logger.warn(
      'This worker has neither secret providers nor a keyring, so no source that needs a credential can be loaded here. Pass secrets: [environmentSecrets({ NAME: { origins: [ … ] } })] to statefulWorkflow(), or secrets: [] if none needs one.',
    );
}
