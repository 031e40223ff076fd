import { appendFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { StatefulClient, type StatefulHandle } from '@stateful-workflow/core/client';
import {
  type Billing,
  type Crm,
  type Desk,
  freePort,
  type Shutdown,
  startBilling,
  startCrm,
  startDesk,
  type StartCrmOptions,
  startTemporal,
  type TemporalService,
} from '@stateful-workflow/dev-services';
import { Client, Connection } from '@temporalio/client';
import { refuseTaken, terminateAll } from './existing-server';
import { bundleWorkflows } from './worker/bundle-workflows';
import { type SecretName, toEnvironment, type TokenName, type WorkerSettings } from './worker/settings';
import { spawnWorker, type WorkerProcess } from './worker/worker-process';
import type { AccountData, Customer360Data, CustomerData } from './workflows';

/** Every workflow that the demo starts, in one mode or the other. */
const workflowIds = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `Customer-c_${n}`);

/** Where the fleet is on a server that is ours. */
const fleetNamespace = 'fleet';

/** How the stage is set. */
export interface StageOptions {
  readonly shutdown: Shutdown;
  /** What the CRMs hold. */
  readonly crm: StartCrmOptions;
  /** How many CRMs there are. */
  readonly crms: number;
  /** The ports to take if they are free. */
  readonly ports?: Readonly<Record<'temporal' | 'ui' | 'crm' | 'billing', number>>;
  /** Told what takes long. */
  readonly progress: (line: string) => void;
}

/**
 * Everything the demo runs on: Temporal, CRMs, a support desk, a billing database, a worker, a client. What is started is registered for the
 * shutdown at once, so that nothing is left running whatever happens next.
 */
export class Stage {
  readonly temporal: TemporalService;
  readonly client: Client;
  readonly crms: readonly Crm[];
  /** Where the tickets are. */
  readonly desk: Desk;
  /** Where the invoices are. */
  readonly billing: Billing;
  /** What the worker has. Every CRM lets both tokens in until it is told otherwise. */
  readonly secrets: Readonly<Record<SecretName, string>>;
  readonly taskQueue: string;
  /** Ends what is started here, and what others start on the stage. */
  readonly shutdown: Shutdown;
  /** Where the logs are, and whether they are kept; otherwise they are removed at the end. */
  readonly logs: { readonly directory: string; keep: boolean };
  readonly #bundle: string;
  #worker?: WorkerProcess;
  #failed: (error: Error) => void = () => undefined;
  /** Rejects when a server or a worker ends that nobody ended. */
  readonly failure: Promise<never>;

  private constructor(
    parts: Pick<Stage, 'temporal' | 'client' | 'crms' | 'desk' | 'billing' | 'secrets' | 'logs'>,
    shutdown: Shutdown,
    bundle: string,
  ) {
    this.temporal = parts.temporal;
    this.client = parts.client;
    this.crms = parts.crms;
    this.desk = parts.desk;
    this.billing = parts.billing;
    this.secrets = parts.secrets;
    this.logs = parts.logs;
    this.taskQueue = `customer-360-${randomUUID().slice(0, 8)}`;
    this.shutdown = shutdown;
    this.#bundle = bundle;
    this.failure = new Promise((_, reject) => {
      this.#failed = reject;
    });
    this.failure.catch(() => undefined);
    for (const { ended } of [this.temporal, this.billing])
      void ended.then((error) => error && this.#failed(error));
  }

  /** Starts everything. @throws Error when something does not start */
  static async set(options: StageOptions): Promise<Stage> {
    const { shutdown, progress, ports } = options;
    // The audit of secrets brings its own secrets, and wants to read what was logged.
    const kept = process.env['DEMO_LOGS'];
    const directory = kept ?? (await mkdtemp(join(tmpdir(), 'customer-360-')));
    const logs = { directory, keep: kept !== undefined };
    shutdown.add('The logs', async () => {
      if (!logs.keep) await rm(directory, { recursive: true, force: true });
    });

    const crms: Crm[] = [];
    for (let n = 0; n < options.crms; n += 1) {
      const crm = await startCrm({ ...options.crm, port: ports && (await freePort(ports.crm + n)) });
      shutdown.add('A CRM', () => crm.stop());
      crms.push(crm);
    }
    const desk = await startDesk({ customers: options.crm.customers });
    shutdown.add('The support desk', () => desk.stop());
    const writesTo =
      (file: string) =>
      (line: string): void =>
        appendFileSync(join(directory, file), `${line}\n`);
    const startingBilling = startBilling({
      port: ports && (await freePort(ports.billing)),
      customers: options.crm.customers,
      password: process.env['DEMO_BILLING_PASSWORD'],
      log: writesTo('postgres.log'),
    });
    // Also while it starts: it takes two seconds, in which something else may fail.
    shutdown.add('The billing database', async () => (await startingBilling.catch(() => undefined))?.stop());
    const [billing, temporal, bundle] = await Promise.all([
      startingBilling,
      startTemporal({
        ui: true,
        metrics: true,
        moreNamespaces: [fleetNamespace],
        port: ports && (await freePort(ports.temporal)),
        uiPort: ports && (await freePort(ports.ui)),
        progress,
        log: writesTo('temporal.log'),
      }).then((service) => {
        shutdown.add('Temporal', () => service.stop());
        return service;
      }),
      bundleWorkflows(directory),
    ]);
    // Never closed: the process ends with it, and calls that are still on their way would complain.
    const connection = await Connection.connect({ address: temporal.address });
    const client = new Client({ connection, namespace: temporal.namespace });

    const stage = new Stage(
      {
        temporal,
        client,
        crms,
        desk,
        billing,
        secrets: { ...issueTokens(crms, desk), BILLING_PASSWORD: billing.reader.password },
        logs,
      },
      shutdown,
      bundle,
    );
    if (!stage.isOurs) await refuseTaken(client, workflowIds);
    await stage.startWorker();
    if (!stage.isOurs) shutdown.add('The workflows', () => terminateAll(client, stage.taskQueue));
    return stage;
  }

  /** Whether the Temporal server is one that was started here. */
  get isOurs(): boolean {
    return this.temporal.uiUrl !== undefined;
  }

  /** The namespace of the fleet. */
  get fleetNamespace(): string {
    return this.isOurs ? fleetNamespace : this.temporal.namespace;
  }

  /** The first CRM. */
  get crm(): Crm {
    return this.crms[0] as Crm;
  }

  /** The worker that runs now. */
  get worker(): WorkerProcess {
    if (this.#worker === undefined) throw new Error('There is no worker.');
    return this.#worker;
  }

  /** Starts a worker and returns when it polls; it adds to the same log. */
  async startWorker(): Promise<WorkerProcess> {
    const { temporal, taskQueue } = this;
    const origins = [...this.crms.map((crm) => crm.url), this.desk.origin];
    this.#worker = await this.spawnWorker({ namespace: temporal.namespace, taskQueue, origins });
    return this.#worker;
  }

  /** Starts a worker of the same workflows for another task queue, and returns when it polls. */
  async spawnWorker(
    settings: Pick<WorkerSettings, 'namespace' | 'taskQueue' | 'origins'>,
  ): Promise<WorkerProcess> {
    const { address } = this.temporal;
    const { host, port, database, origin, reader } = this.billing;
    const billing = { host, port, database, origin, user: reader.user };
    const worker = await spawnWorker(
      toEnvironment({ ...settings, address, bundle: this.#bundle, billing }, this.secrets),
      join(this.logs.directory, 'worker.log'),
    );
    this.shutdown.add('A worker', () => worker.stop());
    await worker.ready;
    void worker.ended.then((error) => error && this.#failed(error));
    return worker;
  }

  /** A typed client for one of the demo's workflows. */
  customers(workflow = 'CustomerWorkflow'): StatefulClient<CustomerData> {
    const { client, taskQueue } = this;
    return new StatefulClient<CustomerData>(client, { workflow, taskQueue, entityName: 'Customer' });
  }

  /** Starts the workflow of a customer that comes from three systems, unless it runs, and lets it load. */
  ensure360(id: string): Promise<StatefulHandle<Customer360Data>> {
    return this.#ensure('Customer360Workflow', id);
  }

  /** The same for an account, which judges itself and has children. */
  ensureAccount(id: string): Promise<StatefulHandle<AccountData>> {
    return this.#ensure('AccountWorkflow', id);
  }

  async #ensure<Data>(workflow: string, id: string): Promise<StatefulHandle<Data>> {
    const { client, taskQueue, crm, desk } = this;
    const customers = new StatefulClient<Data>(client, { workflow, taskQueue, entityName: 'Customer' });
    const input = { id, apiUrl: crm.url, apiToken: 'secret:CRM_TOKEN' } as const;
    return (await customers.ensure(input, { memo: { deskUrl: desk.url } })).handle;
  }

  /** Where Temporal's UI shows a workflow, or the list of all; `undefined` for a server that is not ours. */
  uiLink(workflowId?: string, namespace = this.temporal.namespace): string | undefined {
    const { uiUrl } = this.temporal;
    if (uiUrl === undefined) return undefined;
    return [`${uiUrl}/namespaces/${namespace}/workflows`, ...(workflowId ? [workflowId] : [])].join('/');
  }
}

function issueTokens(crms: readonly Crm[], desk: Desk): Record<TokenName, string> {
  const [first] = crms;
  const issue = (name: TokenName): string => {
    const token = process.env[`DEMO_${name}`] ?? first?.issueToken() ?? '';
    for (const api of [...crms, desk]) api.addToken(token);
    return token;
  };
  return { CRM_TOKEN: issue('CRM_TOKEN'), CRM_TOKEN_NEXT: issue('CRM_TOKEN_NEXT') };
}
