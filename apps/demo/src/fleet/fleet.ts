import { randomUUID } from 'node:crypto';
import { StatefulHandle } from '@stateful-workflow/core/client';
import { type Crm, freePort, startCrm } from '@stateful-workflow/dev-services';
import { Client } from '@temporalio/client';
import { refuseTaken, terminateAll } from '../existing-server';
import type { Stage } from '../stage';
import { inThousands, seconds } from '../tour/figures';
import { until } from '../until';
import type { FleetCustomerData } from '../workflows';
import { Usage } from './usage';
import { Webhooks } from './webhooks';

const feedId = 'CustomersFeed-all';
/** How often it is told how far a start got, in milliseconds. */
const toldEvery = 5_000;

/** How many customers it has, and where its CRM is. */
export interface FleetOptions {
  readonly customers: number;
  /** The port of its CRM to take if it is free. */
  readonly port?: number;
  /** Where it is on the Temporal server. @default a namespace of its own, where the server is ours */
  readonly namespace?: string;
  /** How many worker processes it has. @default 1 */
  readonly workers?: number;
}

/**
 * A fleet: a CRM of its own, workers of its own, one feed, and a workflow for each customer. It has a namespace of its own
 * where nobody names another, so that what Temporal counts there is the fleet's.
 */
export class Fleet {
  readonly crm: Crm;
  readonly customers: number;
  readonly client: Client;
  readonly taskQueue: string;
  /** Receives the CRM's webhooks. The CRM sends one for each customer that is changed over HTTP. */
  readonly webhooks: Webhooks;
  /** What it costs. */
  readonly usage: Usage;

  private constructor(
    stage: Stage,
    parts: Pick<Fleet, 'crm' | 'client' | 'taskQueue' | 'webhooks' | 'customers'>,
  ) {
    this.crm = parts.crm;
    this.client = parts.client;
    this.taskQueue = parts.taskQueue;
    this.webhooks = parts.webhooks;
    this.customers = parts.customers;
    const { metricsUrl } = stage.temporal;
    this.usage = new Usage(this.crm, { metricsUrl, namespace: this.namespace });
  }

  /** Starts everything but the feed, which starts the workflows. @throws Error when something does not start */
  static async set(stage: Stage, options: FleetOptions): Promise<Fleet> {
    const { customers, port, namespace = stage.fleetNamespace, workers = 1 } = options;
    const { connection } = stage.client;
    const client = new Client({ connection, namespace });
    if (!stage.isOurs) await refuseTaken(client, [feedId, 'FleetCustomer-c_1']);
    const crm = await startCrm({
      customers,
      contactsPerCustomer: 0,
      port: port === undefined ? undefined : await freePort(port),
      tokens: [stage.secrets.CRM_TOKEN],
    });
    stage.shutdown.add("The fleet's CRM", () => crm.stop());
    const taskQueue = `fleet-${randomUUID().slice(0, 8)}`;
    const webhooks = await Webhooks.listen({ client, taskQueue, crm });
    stage.shutdown.add('The webhooks', () => webhooks.stop());
    const spawn = () => stage.spawnWorker({ namespace, taskQueue, origins: [crm.url] });
    await Promise.all(Array.from({ length: workers }, spawn));
    if (!stage.isOurs) stage.shutdown.add('The fleet', () => terminateAll(client, taskQueue));
    return new Fleet(stage, { crm, client, taskQueue, webhooks, customers });
  }

  /** Where it is on the Temporal server. */
  get namespace(): string {
    return this.client.options.namespace;
  }

  /** The workflow of a customer. */
  readonly customer = (id: string): StatefulHandle<FleetCustomerData> =>
    new StatefulHandle<FleetCustomerData>(this.client, `FleetCustomer-${id}`);

  /** Starts the feed, which starts the workflows, and returns when all of them run. @param progress told how far it got */
  async begin(progress: (line: string) => void): Promise<void> {
    const began = performance.now();
    let told = began;
    await this.client.workflow.start('CustomersFeed', {
      taskQueue: this.taskQueue,
      workflowId: feedId,
      args: [{ id: 'all', apiUrl: this.crm.url, apiToken: 'secret:CRM_TOKEN' }],
    });
    const all = inThousands(this.customers);
    const haveAllBegun = async (): Promise<boolean> => {
      const running = await this.#running();
      const now = performance.now();
      if (running < this.customers && now - told >= toldEvery) {
        told = now;
        progress(`${inThousands(running)} of ${all} workflows after ${seconds(now - began)}`);
      }
      return running === this.customers;
    };
    await until(`${all} workflows run`, haveAllBegun, { within: 60_000 + this.customers * 200, every: 200 });
  }

  /** How many workflows of customers have begun: the server lists of each which worker its first task was done by. */
  async #running(): Promise<number> {
    const query = `WorkflowType = 'FleetCustomerWorkflow' AND TaskQueue = '${this.taskQueue}' AND ExecutionStatus = 'Running'`;
    return (await this.client.workflow.count(`${query} AND BuildIds IS NOT NULL`)).count;
  }
}
