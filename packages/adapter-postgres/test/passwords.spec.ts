import * as net from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Secret } from '@stateful-workflow/core';
import { Pool } from 'pg';
import { describe, expect, it } from 'vitest';
import { postgresAdapter, type PostgresConnection, sql } from '../src/index';
import { cleanup, failure, loadContext, on } from './support';

const PASSWORD = 'p@ss/of our:own';

/** A server that lets nobody in and repeats, as some poolers do, what it was shown. */
async function indiscreet(): Promise<{ readonly port: number }> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    const said = (type: string, body: Buffer): void => {
      const head = Buffer.alloc(5);
      head.write(type);
      head.writeInt32BE(body.length + 4, 1);
      socket.write(Buffer.concat([head, body]));
    };
    let hasBegun = false;
    socket.on('data', (chunk: Buffer) => {
      if (!hasBegun) {
        hasBegun = true;
        // The password, in plaintext.
        const clear = Buffer.alloc(4);
        clear.writeInt32BE(3);
        return said('R', clear);
      }
      const shown = chunk.subarray(5, -1).toString();
      said('E', Buffer.from(`SFATAL\0VFATAL\0C28P01\0Mno user with password "${shown}"\0\0`));
      socket.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanup(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port };
}

describe('a password from the options that a server repeats', () => {
  const login = { host: '127.0.0.1', user: 'reader', database: 'db' };

  it.each<[string, (port: number) => PostgresConnection]>([
    ['as it is', (port) => ({ ...login, port, password: PASSWORD })],
    ['from a function', (port) => ({ ...login, port, password: async () => PASSWORD })],
    [
      'in the connection string',
      (port) => ({
        connectionString: `postgres://reader:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/db`,
      }),
    ],
    ['of a pool that was given', (port) => poolOf({ ...login, port, password: PASSWORD })],
    [
      'of a pool with a connection string',
      (port) =>
        poolOf({
          connectionString: `postgres://reader:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/db`,
        }),
    ],
    ['of a pool that a function makes', (port) => () => new Pool({ ...login, port, password: PASSWORD })],
  ])('is concealed: %s', async (_, connectionOf) => {
    const { port } = await indiscreet();
    const postgres = postgresAdapter({ connections: { db: connectionOf(port) } });
    cleanup(() => postgres.close());
    const concealed: string[] = [];
    const conceal = (secret: Secret): void => void concealed.push(secret.reveal());
    const error = await failure(postgres, on({ query: sql`SELECT 1 AS id` }), loadContext({ conceal }));
    expect(error.message).toContain(PASSWORD);
    expect(concealed).toContain(PASSWORD);
  });

  it('is concealed for a wait, too', async () => {
    const { port } = await indiscreet();
    const db = { ...login, port, password: async () => PASSWORD };
    const postgres = postgresAdapter({ connections: { db } });
    cleanup(() => postgres.close());
    const concealed: string[] = [];
    const conceal = (secret: Secret): void => void concealed.push(secret.reveal());
    const query = on({ query: sql`SELECT 1 AS id`, notify: { channel: 'news' } });
    await expect(postgres.waitForHint(query, loadContext({ conceal }))).rejects.toThrow(PASSWORD);
    expect(concealed).toContain(PASSWORD);
  });
});

function poolOf(options: ConstructorParameters<typeof Pool>[0]): Pool {
  const pool = new Pool(options);
  cleanup(() => pool.end());
  return pool;
}
