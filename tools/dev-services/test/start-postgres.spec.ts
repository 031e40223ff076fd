import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startPostgres, type PostgresService } from '../src/postgres/start-postgres';
import { dial, isRunning, startNode, untilGone } from './support/processes';

let service: PostgresService | undefined;
afterEach(() => service?.stop());

async function ask(postgres: PostgresService, text: string): Promise<string> {
  const client = new Client({ connectionString: postgres.url() });
  await client.connect();
  try {
    const { rows } = await client.query<{ answer: string }>(text);
    return rows[0]?.answer ?? '';
  } finally {
    await client.end();
  }
}

describe('a Postgres whose parent ends without stopping it', () => {
  it.each(['SIGKILL', 'SIGINT'] as const)('ends with it, and its data: %s', async (signal) => {
    const parent = startNode([join(__dirname, 'fixtures', 'postgres-parent.mjs')]);
    const [, port, directory = ''] = await parent.matches(/port=(\d+) data=(\S+)/);
    const pid = Number((await readFile(join(directory, 'postmaster.pid'), 'utf8')).split('\n')[0]);
    expect(isRunning(pid)).toBe(true);
    // To the whole group, as a terminal does it with Ctrl-C.
    process.kill(-(parent.child.pid ?? 0), signal);
    expect(await parent.ended).toBe(signal);
    await untilGone(pid);
    await expect(dial(`127.0.0.1:${port}`)).rejects.toThrow('ECONNREFUSED');
    await vi.waitFor(() => expect(existsSync(dirname(directory))).toBe(false), { timeout: 15_000 });
  });
});

describe('startPostgres', () => {
  it('starts the newest Postgres, restarts it with its data, and leaves nothing behind', async () => {
    service = await startPostgres({ settings: { wal_level: 'logical' } });
    expect(await ask(service, "SELECT current_setting('server_version') AS answer")).toMatch(/^18\./);
    await ask(service, "CREATE TABLE kept AS SELECT 'yes' AS answer");
    for (const how of ['fast', 'immediate'] as const) {
      await service.restart(how);
      expect(await ask(service, 'SELECT answer FROM kept')).toBe('yes');
    }
    const data = await ask(service, "SELECT current_setting('data_directory') AS answer");
    await service.stop();
    expect(await service.ended).toBeUndefined();
    expect(existsSync(data)).toBe(false);
    const error = await new Promise<Error>((resolve) =>
      connect(service?.port ?? 0, '127.0.0.1').once('error', resolve),
    );
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it.runIf(process.platform === 'linux' && process.arch === 'x64')('starts an older major', async () => {
    service = await startPostgres({ major: 15 });
    expect(await ask(service, "SELECT current_setting('server_version') AS answer")).toMatch(/^15\./);
  });

  it('says that a port is taken, by another Postgres too', async () => {
    service = await startPostgres();
    await expect(startPostgres({ port: service.port })).rejects.toThrow(
      `Postgres cannot listen on 127.0.0.1:${service.port}.`,
    );
  });

  it('says what the server said when it does not start', async () => {
    await expect(startPostgres({ settings: { shared_buffers: 'lots' } })).rejects.toThrow(/shared_buffers/);
  });
});
