import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startTemporal, type TemporalService } from '@stateful-workflow/dev-services';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { Billing } from './billing';
import type { Counts } from './counts';
import { Journal } from './journal';
import { Proxy } from './proxy';
import { Random } from './random';
import { Upstream } from './upstream';
import type { Stage } from './worker-main';
import { WorkerProcess } from './worker-process';
import { World } from './world';

const TASK_QUEUE = 'chaos';

/** All parts of a run, which are real, and started here. */
export class Parts {
  readonly world = new World();
  readonly taskQueue = TASK_QUEUE;
  readonly #stops: (() => unknown)[] = [];
  folder!: string;
  journal!: Journal;
  upstream!: Upstream;
  proxy!: Proxy;
  billing!: Billing;
  client!: Client;
  workers!: readonly WorkerProcess[];
  #server!: TemporalService;
  #port!: number;

  private constructor(readonly counts: Counts) {}

  static async start(seed: number, counts: Counts): Promise<Parts> {
    const parts = new Parts(counts);
    try {
      await parts.#start(seed);
    } catch (error) {
      await parts.stop();
      throw error;
    }
    return parts;
  }

  async #start(seed: number): Promise<void> {
    const { counts } = this;
    this.folder = await mkdtemp(join(tmpdir(), 'stateful-workflow-chaos-'));
    this.#stops.push(() => rm(this.folder, { recursive: true, force: true }));
    this.#port = await freePort();
    await this.#launchServer();
    this.#stops.push(() => this.#server.stop());
    this.journal = await Journal.listen();
    this.#stops.push(() => this.journal.stop());
    this.upstream = await Upstream.listen(this.world, new Random(seed, 'upstream'), counts);
    this.#stops.push(() => this.upstream.stop());
    this.proxy = await Proxy.listen(this.upstream.port, new Random(seed, 'network'), counts);
    this.#stops.push(() => this.proxy.stop());
    this.billing = await Billing.start(counts);
    this.#stops.push(() => this.billing.stop());
    await this.setToken('FIRST', 'first-token-of-the-api');
    await this.setToken('SECOND', 'second-token-of-the-api');
    const connection = await Connection.connect({ address: this.#server.address });
    this.#stops.push(() => connection.close());
    this.client = new Client({ connection });
    const settings = {
      address: this.#server.address,
      taskQueue: TASK_QUEUE,
      bundles: { first: await this.#bundle('first'), next: await this.#bundle('next') },
      origin: this.origin,
      billingUrl: this.billing.url,
      secretsDirectory: this.folder,
      journalUrl: this.journal.url,
    };
    this.workers = [1, 2].map(() => new WorkerProcess(settings, counts));
    for (const worker of this.workers) this.#stops.push(() => worker.kill());
    await Promise.all(this.workers.map((worker) => worker.start()));
  }

  /** The API's origin, as workers reach it. */
  get origin(): string {
    return `http://127.0.0.1:${this.proxy.port}`;
  }

  /** Has the API take another token, besides those it takes, and the secret store give it out. */
  async setToken(name: string, value: string): Promise<void> {
    this.upstream.tokens.add(value);
    // At once, as a secret store does: nobody reads half of it.
    const file = join(this.folder, name);
    await writeFile(`${file}.new`, value, { mode: 0o600 });
    await rename(`${file}.new`, file);
  }

  async restartServer(): Promise<void> {
    await this.#server.stop();
    await this.#launchServer();
    this.counts.add('restarts of the Temporal server');
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.toReversed()) await stop();
  }

  async #launchServer(): Promise<void> {
    this.#server = await startTemporal({
      // One of its own, also where there is one that others use.
      env: { ...process.env, TEMPORAL_ADDRESS: undefined },
      port: this.#port,
      dbFilename: join(this.folder, 'temporal.db'),
    });
  }

  async #bundle(stage: Stage): Promise<string> {
    const { code } = await bundleWorkflowCode({
      workflowsPath: join(__dirname, 'workflows', `${stage}.js`),
      preloadModules: ['@stateful-workflow/core/workflow'],
      logger: new DefaultLogger('ERROR'),
    });
    const file = join(this.folder, `${stage}.js`);
    await writeFile(file, code);
    return file;
  }
}
