import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startPostgres } from '@stateful-workflow/dev-services';
import { Client } from 'pg';
import type { Installed } from './install';
import { type Item, send, type Shop } from './shop';
import { startServer } from './server-process';

/** A shop on a server whose items are changed by the API itself, in the way of REST. */
async function restShop(
  list: (url: string) => string,
  start: (port: number, folder: string) => Promise<{ readonly stop: () => Promise<void> }>,
  { replace = 'PATCH', item = (id: string) => `/${id}` } = {},
): Promise<Shop> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'stateful-workflow-shop-'));
  const server = await start(port, folder);
  const url = `http://127.0.0.1:${port}`;
  const items = list(url);
  const known = new Set<string>();
  return {
    url,
    put: async ({ id, name }) => {
      if (known.has(id)) await send(replace, `${items}${item(id)}`, { id, name });
      else await send('POST', items, { id, name });
      known.add(id);
    },
    remove: async (id) => {
      await send('DELETE', `${items}${item(id)}`);
      known.delete(id);
    },
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** json-server 0.17: pages by `Link`, the ETag of the body. */
export const jsonServer = ({ directory }: Installed): Promise<Shop> =>
  restShop(
    (url) => `${url}/items`,
    async (port, folder) => {
      const file = join(folder, 'db.json');
      await writeFile(file, '{"items":[]}');
      const bin = join(directory, 'node_modules/json-server/lib/cli/bin.js');
      const args = [bin, '--quiet', '--host', '127.0.0.1', '--port', String(port), file];
      return startServer(process.execPath, args, { cwd: directory, ready: `http://127.0.0.1:${port}/items` });
    },
  );

/** Django REST framework: numbered pages and offsets, capped at 50. */
export const djangoRestFramework = ({ directory, python }: Installed): Promise<Shop> =>
  restShop(
    (url) => `${url}/pages/`,
    (port, folder) =>
      startServer(python, [join(directory, 'django_shop.py'), join(folder, 'shop.db'), String(port)], {
        cwd: directory,
        ready: `http://127.0.0.1:${port}/pages/`,
      }),
    { item: (id) => `${id}/` },
  );

/** SAP CAP: OData, pages of ten by `@odata.nextLink`. */
export const sapCap = ({ directory }: Installed): Promise<Shop> =>
  restShop(
    (url) => `${url}/odata/v4/shop/Items`,
    (port) =>
      startServer(
        process.execPath,
        [join(directory, 'node_modules/@sap/cds/bin/serve.js'), 'all', '--in-memory'],
        {
          cwd: join(directory, 'cap'),
          env: { PORT: String(port) },
          ready: `http://127.0.0.1:${port}/odata/v4/shop/Items`,
        },
      ),
    { item: (id) => `('${id}')` },
  );

/** An API that takes access tokens of oidc-provider. */
export async function oidcProvider(
  { directory }: Installed,
  client: { readonly id: string; readonly secret: string },
): Promise<Shop> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = [join(directory, 'oidc_shop.mjs'), String(port), client.id, client.secret];
  const server = await startServer(process.execPath, args, { cwd: directory, ready: url });
  return {
    url,
    put: async (item) => void (await send('PUT', `${url}/items/${item.id}`, item)),
    remove: async (id) => void (await send('DELETE', `${url}/items/${id}`)),
    stop: () => server.stop(),
  };
}

/** Datasette over an SQLite file: it only reads, so items are changed in the file. */
export async function datasette({ directory, python }: Installed): Promise<Shop> {
  const folder = await mkdtemp(join(tmpdir(), 'stateful-workflow-shop-'));
  const file = join(folder, 'shop.db');
  const write = (...statements: (readonly [string, readonly string[]])[]): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = execFile(python, [join(directory, 'datasette_write.py'), file], (error) =>
        error === null ? resolve() : reject(new Error(error.message)),
      );
      child.stdin?.end(JSON.stringify(statements));
    });
  await write(['CREATE TABLE items (id TEXT PRIMARY KEY, name TEXT)', []]);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = [
    '-m',
    'datasette',
    'serve',
    file,
    '--port',
    String(port),
    '--setting',
    'default_page_size',
    '10',
  ];
  const server = await startServer(python, args, { cwd: directory, ready: `${url}/-/versions.json` });
  return {
    url,
    put: ({ id, name }: Item) => write(['INSERT OR REPLACE INTO items VALUES (?, ?)', [id, name]]),
    remove: (id) => write(['DELETE FROM items WHERE id = ?', [id]]),
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** PostGraphile over Postgres: connections with cursors of the type `Cursor`. */
export async function postGraphile({ directory }: Installed): Promise<Shop> {
  const postgres = await startPostgres();
  const client = new Client({ connectionString: postgres.url() });
  await client.connect();
  await client.query('CREATE TABLE items (id text PRIMARY KEY, name text NOT NULL)');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await startServer(
    process.execPath,
    [join(directory, 'postgraphile_shop.mjs'), String(port), postgres.url()],
    { cwd: directory, ready: `${url}/graphql` },
  );
  return {
    url: `${url}/graphql`,
    put: async ({ id, name }) => {
      const text = 'INSERT INTO items VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET name = $2';
      await client.query(text, [id, name]);
    },
    remove: async (id) => void (await client.query('DELETE FROM items WHERE id = $1', [id])),
    stop: async () => {
      await server.stop();
      await client.end();
      await postgres.stop();
    },
  };
}
