import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { restAdapter } from '@stateful-workflow/adapter-rest';
import { StatefulClient } from '@stateful-workflow/core/client';
import { createRegistry, environmentSecrets, statefulWorkflow } from '@stateful-workflow/core/worker';
import { type Crm, startCrm } from '@stateful-workflow/dev-services';
import type {} from '@stateful-workflow/dev-services/vitest';
import { feedAdapter } from '@stateful-workflow/feed';
import { standardWebhooks, toNodeListener, type WebhookHandler } from '@stateful-workflow/webhooks';
import { signed } from '@stateful-workflow/webhooks/testing';
import { Client, Connection } from '@temporalio/client';
import {
  bundleWorkflowCode,
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import express from 'express';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { crmWebhooks, fleetWebhooks } from '../src/crm-webhooks';
import { expressApp } from '../src/express-app';
import { fastifyApp } from '../src/fastify-app';
import { honoApp } from '../src/hono-app';
import { POST } from '../src/route';
import { type CustomerData, CustomersFeed } from '../src/workflows';

const HOOK = 'whsec_dGhlLXNlY3JldC1vZi10aGUtY3JtLTAxMjM0NTY3ODk=';
const taskQueue = `webhooks-example-${randomUUID()}`;

/** What ends what was started, in the order in which it was. */
const ends: (() => unknown)[] = [];
const lines: string[] = [];
let crm: Crm;
let client: Client;
let handler: WebhookHandler;
let customers: StatefulClient<CustomerData>;

beforeAll(async () => {
  quietRuntime();
  // The log of the route handler.
  for (const level of ['debug', 'warn'] as const) vi.spyOn(console, level).mockImplementation(() => {});
  crm = await startCrm({ customers: 8 });
  const address = inject('temporalAddress');
  vi.stubEnv('CRM_TOKEN', crm.issueToken());
  vi.stubEnv('CRM_HOOK', HOOK);
  vi.stubEnv('TEMPORAL_ADDRESS', address);
  vi.stubEnv('TASK_QUEUE', taskQueue);
  vi.stubEnv('CRM_URL', crm.url);

  const native = await NativeConnection.connect({ address });
  const registry = createRegistry([
    restAdapter({ origins: [crm.url] }),
    feedAdapter({ feeds: [CustomersFeed] }),
  ]);
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: join(__dirname, '../src/workflows.ts'),
      preloadModules: ['@stateful-workflow/core/workflow'],
      logger: new DefaultLogger('ERROR'),
    }),
    plugins: [
      statefulWorkflow({ registry, secrets: [environmentSecrets({ CRM_TOKEN: { origins: [crm.url] } })] }),
    ],
  });
  const running = worker.run();
  const connection = await Connection.connect({ address });
  ends.push(
    () => worker.shutdown(),
    () => running,
    () => native.close(),
    () => connection.close(),
    () => crm.stop(),
    () => vi.unstubAllEnvs(),
  );

  client = new Client({ connection });
  customers = new StatefulClient(client, { workflow: 'CustomerWorkflow', taskQueue });
  const write = (line: string): void => void lines.push(line);
  handler = crmWebhooks({
    client,
    taskQueue,
    crmUrl: crm.url,
    log: { debug: write, warn: write, error: write },
  });
});

afterAll(async () => {
  for (const end of ends) await end();
});

/** @returns where a server can be reached; it ends with the tests */
async function reached(server: Server): Promise<string> {
  if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening');
  ends.unshift(() => void server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const ofFetch = (fetch: (request: Request) => Response | Promise<Response>): Promise<string> =>
  reached(serve({ fetch, port: 0, hostname: '127.0.0.1' }) as Server);

const ofFastify = async (app: FastifyInstance): Promise<string> => {
  ends.unshift(() => app.close());
  return app.listen({ port: 0, host: '127.0.0.1' });
};

/** The CRM's event of a customer, sent to a server. */
async function send(origin: string, id: string, type = 'customer.updated'): Promise<Response> {
  // Characters whose bytes a parser that reads and writes again would change.
  const body = JSON.stringify({ type, data: { id }, note: 'Zo\u00eb \ud83e\udd8a' }, null, 1);
  const request = new Request(`${origin}/webhooks/crm`, { method: 'POST', headers: json, body });
  const sent = await signed(request, standardWebhooks(), HOOK);
  return fetch(sent.url, { method: 'POST', headers: sent.headers, body });
}

const FRAMEWORKS: Record<string, () => Promise<string>> = {
  Fastify: () => ofFastify(fastifyApp(handler)),
  Express: () => reached(createServer(expressApp(handler))),
  Hono: () => ofFetch(honoApp(handler).fetch),
};

const json = { 'content-type': 'application/json' };

describe.each<[string, string, () => Promise<string>]>([
  ...Object.entries(FRAMEWORKS).map(
    ([name, start], i) => [name, `c_${i + 1}`, start] as [string, string, typeof start],
  ),
  ['a route handler', 'c_4', () => ofFetch(POST)],
])('%s', (_, id, start) => {
  let origin: string;
  beforeAll(async () => {
    origin = await start();
  });

  it('hands the event over, and the workflow has what the CRM holds', async () => {
    const { handle } = await customers.ensure({ id, apiUrl: crm.url, apiToken: 'secret:CRM_TOKEN' });
    crm.patchCustomer(id, { plan: `changed-${id}` });
    const answer = await send(origin, id);
    expect([answer.status, await answer.json()]).toEqual([200, { outcome: 'accepted' }]);
    await vi.waitFor(
      async () => expect(await handle.data()).toMatchObject({ plan: `changed-${id}` }),
      45_000,
    );
  });

  it('refuses what is not signed', async () => {
    const answer = await fetch(`${origin}/webhooks/crm`, { method: 'POST', headers: json, body: '{}' });
    expect([answer.status, await answer.json()]).toEqual([401, { outcome: 'refused' }]);
  });
});

it.each(Object.entries(FRAMEWORKS))('%s reads the bodies of its own routes as before', async (_, start) => {
  const url = `${await start()}/greetings`;
  const answer = await fetch(url, { method: 'POST', headers: json, body: '{"name":"Ada"}' });
  expect(await answer.json()).toEqual({ greeting: 'Hello, Ada' });
});

it('a customer that is new is started, with what the CRM holds', async () => {
  const origin = await ofFetch(handler);
  expect((await send(origin, 'c_5', 'customer.created')).status).toBe(200);
  await vi.waitFor(
    async () => expect(await customers.get('c_5').data()).toMatchObject({ id: 'c_5' }),
    45_000,
  );
});

it('the feed of a fleet is started, and looks again whichever customer an event is about', async () => {
  const fleet = new StatefulClient<CustomerData>(client, { workflow: 'FedCustomerWorkflow', taskQueue });
  const origin = await ofFetch(fleetWebhooks({ client, taskQueue, crmUrl: crm.url }));
  expect((await send(origin, 'c_7')).status).toBe(200);
  await vi.waitFor(async () => expect(await fleet.get('c_8').data()).toMatchObject({ id: 'c_8' }), 45_000);
  crm.patchCustomer('c_7', { plan: 'of the fleet' });
  expect((await send(origin, 'c_7')).status).toBe(200);
  await vi.waitFor(
    async () => expect(await fleet.get('c_7').data()).toMatchObject({ plan: 'of the fleet' }),
    45_000,
  );
});

describe('mounted where the body is parsed before', () => {
  it.each<[string, () => Promise<string>]>([
    [
      'Express',
      () => {
        const app = express();
        app.use(express.json());
        app.post('/webhooks/crm', toNodeListener(handler));
        return reached(createServer(app));
      },
    ],
    [
      'Fastify',
      () => {
        const app = fastify();
        app.post('/webhooks/crm', (request, reply) => {
          reply.hijack();
          toNodeListener(handler)(request.raw, reply.raw);
        });
        return ofFastify(app);
      },
    ],
    [
      'Hono',
      () =>
        ofFetch(async (request) => {
          await request.json();
          return handler(request);
        }),
    ],
  ])('%s is told so', async (_, start) => {
    lines.length = 0;
    const answer = await send(await start(), 'c_1');
    expect([answer.status, await answer.json()]).toEqual([
      500,
      { outcome: 'failed', message: expect.stringContaining('was read or parsed before') },
    ]);
    expect(lines.join()).toContain('Mount the handler where no body parser comes before it');
  });
});

function quietRuntime(): void {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => {}),
    // The native part writes past anything that could capture it, unless it is told to forward.
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
  });
}
