import { randomUUID } from 'node:crypto';
import { clientCredentials, graphqlAdapter } from '@stateful-workflow/adapter-graphql';
import { restAdapter } from '@stateful-workflow/adapter-rest';
import { StatefulClient } from '@stateful-workflow/core/client';
import { createRegistry, environmentSecrets, statefulWorkflow } from '@stateful-workflow/core/worker';
import type {} from '@stateful-workflow/dev-services/vitest';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  datasette,
  djangoRestFramework,
  install,
  type Installed,
  jsonServer,
  oidcProvider,
  postGraphile,
  sapCap,
  type Shop,
} from '../src/index';

/** A client whose secret a form has to write in another way. */
const CLIENT = { id: 'sync', secret: 'p+q%r s/t&u=v_0123456789' };

let installed: Installed;
let code: string;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => {}) });
  installed = await install();
  ({ code } = await bundleWorkflowCode({
    workflowsPath: require.resolve('./workflows/index.ts'),
    logger: new DefaultLogger('ERROR'),
  }));
}, 300_000);

afterEach(async () => {
  for (const undo of cleanups.splice(0).reverse()) await undo();
});

/** Starts a worker that may ask a shop, and a workflow that is terminated after the test. */
async function workflowOf(type: string, { url }: Shop) {
  const address = inject('temporalAddress');
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const taskQueue = `servers-${randomUUID()}`;
  const { origin } = new URL(url);
  const auth = clientCredentials({ tokenUrl: `${origin}/token`, clientId: CLIENT.id });
  const registry = createRegistry([
    restAdapter({ origins: [type === 'Oidc' ? { origin, auth } : origin] }),
    graphqlAdapter({ origins: [origin] }),
  ]);
  const secrets = [environmentSecrets({ CLIENT: { origins: [origin] } }, { CLIENT: CLIENT.secret })];
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowBundle: { code },
    plugins: [statefulWorkflow({ registry, secrets })],
  });
  const done = worker.run();
  cleanups.push(async () => {
    worker.shutdown();
    await done;
    await native.close();
    await connection.close();
  });
  const client = new StatefulClient(new Client({ connection }), {
    workflow: `${type}Workflow`,
    taskQueue,
    entityName: 'Shop',
  });
  const handle = await client.start({
    id: `s_${randomUUID().slice(0, 8)}`,
    apiUrl: url,
    ...(type === 'Oidc' && { apiToken: 'secret:CLIENT' as const }),
  });
  cleanups.push(() => handle.temporal.terminate());
  return handle;
}

describe.each<[string, string, (installed: Installed) => Promise<Shop>, number, readonly string[]]>([
  ['json-server', 'JsonServer', jsonServer, 25, ['items']],
  ['Django REST framework', 'Django', djangoRestFramework, 125, ['items', 'pages', 'offsets']],
  ['Datasette', 'Datasette', datasette, 25, ['items']],
  ['an OData service of SAP CAP', 'SapCap', sapCap, 25, ['items']],
  ['PostGraphile', 'PostGraphile', postGraphile, 25, ['items']],
  ['an API behind oidc-provider', 'Oidc', (where) => oidcProvider(where, CLIENT), 5, ['items']],
])('%s', (_, type, start, count, lists) => {
  it('loads all, and every change, addition and removal', async () => {
    const shop = await start(installed);
    cleanups.push(() => shop.stop());
    const truth = new Map<string, string>();
    const put = async (id: string, name: string): Promise<void> => {
      await shop.put({ id, name });
      truth.set(id, name);
    };
    for (let n = 100; n < 100 + count; n++) await put(`i_${n}`, `item ${n}`);
    const handle = await workflowOf(type, shop);

    /** Loads until the workflow holds what the server has; a list that may have moved takes a second look. */
    const synced = async (looks: number): Promise<void> => {
      for (let look = 1; ; look++) {
        const { outcome, errors } = await handle.refresh();
        expect({ outcome, errors }).not.toMatchObject({ outcome: 'failed' });
        const { Shop, Item = {} } = await handle.state();
        const held = Object.values(Item).map(({ id, name }) => [id, name]);
        const listed = lists.map((list) => Object.values(Shop ?? {})[0]?.[list] as readonly string[]);
        const wanted = [...truth].sort();
        if (look < looks && held.length !== wanted.length) continue;
        expect(held.sort()).toEqual(wanted);
        for (const ids of listed) expect([...ids].sort()).toEqual([...truth.keys()].sort());
        return;
      }
    };
    await synced(1);
    await put('i_103', 'another name');
    await put('i_999', 'an addition');
    await synced(1);
    await shop.remove('i_101');
    truth.delete('i_101');
    await synced(3);
    const state = await handle.state();
    await handle.refresh();
    expect(await handle.state()).toEqual(state);
    expect(await handle.status()).toMatchObject({ status: 'running' });
  }, 180_000);
});

describe('what a sweep misses', () => {
  it('is asked for by itself, and goes at once only where it is not there', async () => {
    const shop = await jsonServer(installed);
    cleanups.push(() => shop.stop());
    const ids = Array.from({ length: 25 }, (_, n) => `i_${100 + n}`);
    for (const id of ids) await shop.put({ id, name: `item ${id}` });
    const handle = await workflowOf('Asking', shop);
    const held = async (): Promise<readonly string[]> => {
      expect((await handle.refresh()).outcome).not.toBe('failed');
      return Object.keys((await handle.state())['Item'] ?? {}).sort();
    };
    expect(await held()).toEqual(ids);
    await shop.put({ id: 'i_103', name: 'hidden' });
    expect(await held(), 'no page has it, and it is there').toEqual(ids);
    await shop.remove('i_101');
    expect(await held()).toEqual(ids.filter((id) => id !== 'i_101'));
  }, 60_000);
});
