import { randomUUID } from 'node:crypto';
import { restAdapter } from '@stateful-workflow/adapter-rest';
import { encryptionCodec, Keyring, StatefulClient, StatefulHandle } from '@stateful-workflow/core/client';
import { createRegistry, environmentSecrets, statefulWorkflow } from '@stateful-workflow/core/worker';
import { type Crm, startCrm, startTemporal } from '@stateful-workflow/dev-services';
import { feedAdapter } from '@stateful-workflow/feed';
import { Client, Connection } from '@temporalio/client';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { inject } from 'vitest';
import type { ConsoleOptions } from '../../src';
import { CustomersFeed } from '../workflows';
import { Proxy } from './proxy';
import type {} from './provided.mjs';

/** What tokens are sealed with on every stage. */
export const KEYRING = new Keyring({
  primary: 'test',
  keys: { test: Buffer.alloc(32, 7).toString('base64') },
});

/** How a stage differs. */
export interface StageOptions {
  readonly customers?: number;
  readonly worker?: Partial<WorkerOptions>;
  /** Whether payloads are encrypted. @default false */
  readonly isEncrypted?: boolean;
}

/** A CRM, a worker of real workflows, and a console's way to the Temporal server, which can be cut. */
export class Stage {
  readonly taskQueue = `console-${randomUUID()}`;
  readonly prefix = randomUUID().slice(0, 8);

  private constructor(
    readonly crm: Crm,
    readonly client: Client,
    readonly proxy: Proxy,
    /** The client of the console, by way of the proxy. */
    readonly consoleClient: Client,
    /** The token that the workers have as `secret:CRM_TOKEN`. */
    readonly token: string,
    private readonly closing: (() => Promise<unknown>)[],
  ) {}

  static async set({
    customers = 3,
    worker: options = {},
    isEncrypted = false,
  }: StageOptions = {}): Promise<Stage> {
    quietRuntime();
    const closing: (() => Promise<unknown>)[] = [];
    const crm = await startCrm({ customers, contactsPerCustomer: 2 });
    closing.push(() => crm.stop());
    const token = crm.issueToken();
    const next = crm.issueToken();
    // A server of its own: the ids of its workflows are those of other stages.
    const temporal = await startTemporal();
    closing.push(() => temporal.stop());
    const { address } = temporal;
    const connection = await Connection.connect({ address });
    const dataConverter = isEncrypted ? { payloadCodecs: [encryptionCodec(KEYRING)] } : {};
    const proxy = new Proxy(address);
    await proxy.mend();
    const ownConnection = Connection.lazy({
      address: proxy.address,
      channelArgs: { 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 500 },
    });
    const stage = new Stage(
      crm,
      new Client({ connection, dataConverter }),
      proxy,
      new Client({ connection: ownConnection, dataConverter }),
      token,
      closing,
    );
    const native = await NativeConnection.connect({ address });
    const origins = [crm.url];
    const registry = createRegistry([restAdapter({ origins }), feedAdapter({ feeds: [CustomersFeed] })]);
    const secrets = environmentSecrets(
      { CRM_TOKEN: { origins }, CRM_NEXT: { origins } },
      { CRM_TOKEN: token, CRM_NEXT: next },
    );
    const worker = await Worker.create({
      connection: native,
      taskQueue: stage.taskQueue,
      workflowBundle: { codePath: inject('workflowBundle') },
      plugins: [
        statefulWorkflow({
          registry,
          secrets: [secrets],
          encryption: { keyring: KEYRING, payloads: isEncrypted },
        }),
      ],
      ...options,
    });
    const running = worker.run();
    closing.push(
      async () => {
        worker.shutdown();
        await running;
        await native.close();
      },
      () => connection.close(),
      () => ownConnection.close(),
      () => proxy.cut(),
    );
    return stage;
  }

  /** What a console of this stage is started with. */
  get options(): ConsoleOptions {
    const { consoleClient: client, taskQueue, proxy } = this;
    return { client, taskQueue, address: proxy.address, port: 0 };
  }

  /** Starts a workflow of the stage, and waits until it has loaded. */
  async ensure(workflow: string, id: string, more: object = {}): Promise<StatefulHandle> {
    const entityName = workflow.replace(/Workflow$/, '');
    const { client, taskQueue, crm } = this;
    const known = new StatefulClient(client, { workflow, taskQueue, entityName });
    const options = { id, apiUrl: crm.url, apiToken: 'secret:CRM_TOKEN', ...more } as const;
    return (await known.ensure(options, { workflowIdConflictPolicy: 'USE_EXISTING' })).handle;
  }

  /** Starts the feed, and waits until it has delivered to every customer of the CRM. */
  async feed(): Promise<void> {
    const { client, taskQueue, crm } = this;
    const feeds = new StatefulClient(client, {
      workflow: 'CustomersFeed',
      taskQueue,
      entityName: 'CustomersFeed',
    });
    await feeds.ensure({ id: 'all', apiUrl: crm.url, apiToken: 'secret:CRM_TOKEN' });
  }

  handle(workflowId: string): StatefulHandle {
    return new StatefulHandle(this.client, workflowId);
  }

  async stop(): Promise<void> {
    for (const close of this.closing.toReversed()) await close();
  }
}

/** Makes everything that Temporal logs go nowhere. */
function quietRuntime(): void {
  try {
    Runtime.install({
      logger: new DefaultLogger('ERROR', () => {}),
      // The native part writes past anything that could capture it, unless it is told to forward.
      telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
    });
  } catch {
    // installed by an earlier stage of this file
  }
}
