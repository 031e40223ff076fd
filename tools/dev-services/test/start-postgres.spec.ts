import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { Client } from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { startPostgres, type PostgresService } from '../src/postgres/start-postgres';

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

  it('says what the server said when it does not start', async () => {
    await expect(startPostgres({ settings: { shared_buffers: 'lots' } })).rejects.toThrow(/shared_buffers/);
  });
});
