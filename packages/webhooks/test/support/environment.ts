import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import { Secret } from '@stateful-workflow/core';
import { StatefulClient } from '@stateful-workflow/core/client';
import type { SecretProvider } from '@stateful-workflow/core/secrets';
import { createRegistry, statefulWorkflow } from '@stateful-workflow/core/worker';
import { expect, inject, vi } from 'vitest';
import type {} from '@stateful-workflow/dev-services/vitest';
import {
  createWebhookHandler,
  standardWebhooks,
  type WebhookEvent,
  type WebhookHandler,
  type WebhookHandlerOptions,
  type WebhookReport,
  type WebhookTarget,
} from '../../src/index';
import { signed } from '../../src/testing';
import type { CustomerData } from '../workflows';
import type {} from './bundle-workflows';
import { memoryAdapter, type Records } from './memory-adapter';

export const CRM = 'https://crm.example.com';
/** What the sender signs with, and what it did before. No answer, log line or report may hold one. */
export const SECRET = 'whsec_dGhlLXNlY3JldC1vZi10aGUtc2VuZGVyLTAxMjM0NTY=';
export const FORMER = 'whsec_dGhlLWZvcm1lci1zZWNyZXQtb2YtaXQtMDEyMzQ1Njc4OQ==';

/** What the sender puts into a body. */
export interface CrmEvent {
  readonly type: string;
  readonly data: { readonly id: string };
}

/** A provider whose secrets a test changes, as somebody does who rotates one. */
export function changingSecrets(
  entries: Record<string, string>,
): SecretProvider & { values: Map<string, string> } {
  const values = new Map(Object.entries(entries));
  return {
    name: 'test',
    values,
    get: (name) => {
      const value = values.get(name);
      return value === undefined ? undefined : { secret: new Secret(value), origins: [CRM] };
    },
  };
}

/** A handler with all that it has said. */
export interface Heard {
  readonly handler: WebhookHandler;
  readonly reports: WebhookReport[];
  readonly lines: string[];
}

/** A client, a worker over the real Temporal server of this run, and handlers for it. */
export class TestEnvironment {
  readonly records: Records = new Map();
  /** The entity of each load. */
  readonly loads: string[] = [];
  readonly scheme = standardWebhooks();
  readonly taskQueue = `webhooks-${randomUUID()}`;
  readonly client: Client;
  readonly customers: StatefulClient<CustomerData>;
  readonly #connection: Connection;
  readonly #native: NativeConnection;
  #running: { worker: Worker; done: Promise<void> } | undefined;

  private constructor(connection: Connection, native: NativeConnection) {
    this.#connection = connection;
    this.#native = native;
    this.client = new Client({ connection });
    this.customers = new StatefulClient(this.client, {
      workflow: 'CustomerWorkflow',
      taskQueue: this.taskQueue,
    });
  }

  static async start(): Promise<TestEnvironment> {
    quietRuntime();
    const address = inject('temporalAddress');
    const environment = new TestEnvironment(
      await Connection.connect({ address }),
      await NativeConnection.connect({ address }),
    );
    const worker = await Worker.create({
      connection: environment.#native,
      taskQueue: environment.taskQueue,
      workflowBundle: { codePath: inject('workflowBundle') },
      plugins: [
        statefulWorkflow({
          registry: createRegistry([memoryAdapter(environment.records, environment.loads)]),
        }),
      ],
    });
    environment.#running = { worker, done: worker.run() };
    return environment;
  }

  /** A customer whose workflow runs and has loaded. */
  async customer(name = 'Ada'): Promise<string> {
    const id = `c_${randomUUID().slice(0, 8)}`;
    this.records.set(id, { name });
    await this.customers.ensure({ id });
    return id;
  }

  /** A handler for the CRM's webhooks, with what a test says otherwise. */
  handler(options: Partial<WebhookHandlerOptions<CrmEvent>> = {}): Heard {
    const reports: WebhookReport[] = [];
    const lines: string[] = [];
    const write = (message: string, attributes: object = {}): void =>
      void lines.push(`${message} ${JSON.stringify(attributes)}`);
    const handler = createWebhookHandler<CrmEvent>({
      client: this.client,
      workflow: 'CustomerWorkflow',
      taskQueue: this.taskQueue,
      scheme: standardWebhooks(),
      from: CRM,
      secret: 'secret:CRM_HOOK',
      secrets: [changingSecrets({ CRM_HOOK: SECRET })],
      target: ({ type, body }) => (type?.startsWith('customer.') ? { id: body.data.id } : undefined),
      log: { debug: write, warn: write, error: write },
      onEvent: (report) => reports.push(report),
      ...options,
    });
    return { handler, reports, lines };
  }

  /** How often somebody has sent a workflow `refresh`. While a workflow task is due, the server holds back what comes. */
  async refreshes(id: string): Promise<number> {
    const { temporal } = this.customers.get(id);
    const { events } = await eventually(async () => {
      expect((await temporal.describe()).raw.pendingWorkflowTask ?? undefined).toBeUndefined();
      return temporal.fetchHistory();
    });
    return (events ?? []).filter(
      ({ workflowExecutionSignaledEventAttributes: signal }) => signal?.signalName === 'refresh',
    ).length;
  }

  async stop(): Promise<void> {
    this.#running?.worker.shutdown();
    await this.#running?.done;
    await this.#native.close();
    await this.#connection.close();
  }
}

/** An unsigned request with a customer's event. */
export const unsigned = (
  id: string,
  { type = 'customer.updated', headers = {} }: { type?: string; headers?: Record<string, string> } = {},
): Request =>
  new Request('https://app.example.com/webhooks/crm', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ type, data: { id } }),
  });

/** A customer's event as the CRM signs it. */
export const event = (
  id: string,
  signing: Parameters<typeof signed>[3] = {},
  secret = SECRET,
): Promise<Request> => signed(unsigned(id), standardWebhooks(), secret, signing);

/** A `target` that has the events wait for each other, so that they come together however slow the machine is. */
export function together(
  count: number,
  targetOf: (event: WebhookEvent<CrmEvent>) => WebhookTarget = ({ body }) => ({ id: body.data.id }),
): (event: WebhookEvent<CrmEvent>) => Promise<WebhookTarget> {
  let waiting = 0;
  let open = (): void => {};
  const all = new Promise<void>((resolve) => (open = resolve));
  return async (event) => {
    if (++waiting === count) open();
    await all;
    return targetOf(event);
  };
}

/** What an answer says. */
export async function told(
  response: Response,
): Promise<{ status: number; outcome: string; message?: string }> {
  return { status: response.status, ...((await response.json()) as { outcome: string; message?: string }) };
}

/** Asks again until the assertions hold. Bounded; for what no event announces. */
export function eventually<T>(look: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(look, { timeout: 45_000, interval: 100 });
}

/** Asserts that nothing that a handler said or answered holds one of the secrets, or a part of a signature. */
export function expectNoSecrets({ reports, lines }: Heard, ...answers: unknown[]): void {
  const said = JSON.stringify([reports, lines, answers]);
  for (const secret of [SECRET, FORMER]) {
    expect(said).not.toContain(secret);
    expect(said).not.toContain(secret.slice('whsec_'.length, -2));
  }
  expect(said).not.toMatch(/v1,[\w+/]/);
}

function quietRuntime(): void {
  try {
    Runtime.install({
      logger: new DefaultLogger('ERROR', () => {}),
      // The native part writes past anything that could capture it, unless it is told to forward.
      telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
    });
  } catch {
    // installed by an earlier environment of this file
  }
}
