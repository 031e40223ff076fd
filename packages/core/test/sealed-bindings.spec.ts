import { msToTs } from '@temporalio/common/lib/time';
import { randomBytes, randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { Keyring, StatefulClient, sealToken } from '../src/client';
import { createRegistry, statefulWorkflow } from '../src/worker';
import { TestEnvironment } from './support/environment';
import { eventually } from './support/eventually';
import { eventsOf, textOf } from './support/history';
import { scriptedAdapter, ScriptedSources } from './support/scripted-adapter';
import { CRM } from './support/secrets';

const TOKEN = 'sealed-canary-81c0fe';
const keyring = new Keyring({ primary: 'k1', keys: { k1: randomBytes(32) } });

let env: TestEnvironment;
beforeAll(async () => {
  env = await TestEnvironment.start({ encryption: { keyring } });
});
afterAll(() => env.stop());

it('a sealed token that expires while the workflow runs is used no more, and says when it did', async () => {
  const expiresAt = new Date(Date.now() + 15_000);
  const customer = await env.loaded('CustomerWorkflow', {
    apiUrl: CRM,
    apiToken: sealToken(TOKEN, { keyring, origins: [CRM], expiresAt }),
  });
  expect(await customer.handle.status()).toMatchObject({ status: 'running' });
  const used = customer.profile.looks.length;
  expect(used).toBeGreaterThan(0);
  await eventually(async () => {
    await customer.handle.refresh();
    expect(await customer.handle.status()).toMatchObject({ status: 'unauthorized' });
  });
  expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime());
  const { sources } = await customer.handle.status();
  expect(sources['profile']?.lastError?.message).toContain(
    `The sealed token has expired on ${expiresAt.toISOString()}`,
  );
  const last = customer.profile.looks.length;
  await customer.handle.refresh();
  expect(customer.profile.looks).toHaveLength(last);
  await customer.handle.rotateToken(sealToken(TOKEN, { keyring, origins: [CRM] }));
  expect(await customer.handle.status()).toMatchObject({ status: 'running' });
});

it('a sealed token is for the workflow types that it names', async () => {
  const seal = (...workflowTypes: string[]) => sealToken(TOKEN, { keyring, origins: [CRM], workflowTypes });
  const other = await env.loaded('CustomerWorkflow', { apiUrl: CRM, apiToken: seal('TicketWorkflow') });
  const { status, sources } = await other.handle.status();
  expect(status).toBe('unauthorized');
  expect(sources['profile']?.lastError?.message).toContain(
    'may not be used by workflow type CustomerWorkflow',
  );
  expect(other.profile.looks).toEqual([]);
  const own = await env.loaded('CustomerWorkflow', { apiUrl: CRM, apiToken: seal('CustomerWorkflow') });
  expect(own.profile.looks.map(({ token }) => token)).toEqual([TOKEN]);
});

it('a sealed token is for one namespace of the server, also where another has the same workers and keys', async () => {
  const namespace = `ns-${randomUUID().slice(0, 8)}`;
  await env.client.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
  const sources = new ScriptedSources();
  const connection = await NativeConnection.connect({ address: inject('temporalAddress') });
  const registry = createRegistry([scriptedAdapter(sources)]);
  // A namespace is there some time after it was registered.
  const worker = await eventually(() =>
    Worker.create({
      connection,
      namespace,
      taskQueue: env.taskQueue,
      workflowBundle: { codePath: inject('workflowBundle') },
      plugins: [statefulWorkflow({ registry, encryption: { keyring } })],
    }),
  );
  const running = worker.run();
  try {
    const client = new Client({ connection: env.client.connection, namespace });
    const customers = new StatefulClient(client, {
      workflow: 'CustomerWorkflow',
      taskQueue: env.taskQueue,
      entityName: 'Customer',
      seal: { keyring, origins: [CRM] },
    });
    const id = 'c_1';
    // Taken from a workflow of the namespace "default".
    const foreign = sealToken(TOKEN, { keyring, origins: [CRM] });
    const { handle } = await eventually(() => customers.ensure({ id, apiUrl: CRM, apiToken: foreign }));
    const { status, sources: seen } = await handle.status();
    expect(status).toBe('unauthorized');
    expect(seen['profile']?.lastError?.message).toContain(
      `sealed for the namespace "default" and this is "${namespace}"`,
    );
    expect(sources.of(id, 'profile').looks).toEqual([]);
    await handle.rotateToken({ value: TOKEN });
    expect(await handle.status()).toMatchObject({ status: 'running' });
    expect(sources.of(id, 'profile').looks.map(({ token }) => token)).toEqual([TOKEN]);
    expect(textOf(await eventsOf(client, handle.workflowId))).not.toContain(TOKEN);
  } finally {
    worker.shutdown();
    await running;
    await connection.close();
  }
});
