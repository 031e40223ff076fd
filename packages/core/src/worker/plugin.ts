import { SimplePlugin } from '@temporalio/plugin';
import type { BundleOptions, Worker, WorkerOptions } from '@temporalio/worker';
import { StatefulWorkflowError } from '../contract/errors';
import { type Activities, registryActivities } from './activities';
import { checkActivityOptions, checkPluginOptions, checkRegistry } from './check-options';
import { encrypting, failuresPath } from './encryption';
import type { ActivityOptions } from './harness';
import type { Registry } from './registry';

/** How {@link statefulWorkflow} is set up. */
export interface StatefulWorkflowPluginOptions extends ActivityOptions {
  /** The adapters of this worker. */
  readonly registry: Registry;
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
  #running = 0;

  constructor(given: StatefulWorkflowPluginOptions) {
    checkPluginOptions(given, 'statefulWorkflow');
    const { registry, ...options } = given;
    checkRegistry(registry, 'registry');
    checkActivityOptions(options);
    const { keyring, payloads } = options.encryption ?? {};
    super({
      name: '@stateful-workflow/core',
      ...(keyring && payloads && { dataConverter: (theirs) => encrypting(theirs, keyring) }),
    });
    this.#encrypts = payloads === true;
    this.#registry = registry;
    this.#options = options;
  }

  override configureWorker(options: WorkerOptions): WorkerOptions {
    const configured = super.configureWorker(options);
    const theirs = (configured.activities ?? {}) as Activities;
    if (this.#made.has(theirs)) return configured;
    const ours = registryActivities(this.#registry, this.#options, theirs['default']);
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
    return { ...configured, activities };
  }

  /** For workflows that are bundled ahead: a bundle holds the converter of failures. */
  override configureBundler(options: BundleOptions): BundleOptions {
    const configured = super.configureBundler(options);
    return this.#encrypts ? { failureConverterPath: failuresPath(), ...configured } : configured;
  }

  override async runWorker(worker: Worker, next: (worker: Worker) => Promise<void>): Promise<void> {
    this.#running++;
    try {
      await super.runWorker(worker, next);
    } finally {
      if (--this.#running === 0) await this.#registry.close();
    }
  }
}
