import { randomBytes } from 'node:crypto';
import { installNotifyTrigger, postgresAdapter } from '@stateful-workflow/adapter-postgres';
import type {} from '@stateful-workflow/dev-services/vitest-postgres';
import { Client } from 'pg';
import { inject } from 'vitest';
import { type Source, TOKENS } from './source';

/** Customers in a table of a Postgres database. */
export interface PostgresSource extends Source {
  /** How many connections wait for a notification. */
  listening(): Promise<number>;
}

/** A list breaks off at a row that the policy of the table fails on, as where two transactions are in each other's way. */
const SETUP = `
  CREATE TABLE customers (id text PRIMARY KEY, name text NOT NULL, changed_at int8 NOT NULL, gone boolean NOT NULL);
  CREATE SEQUENCE changes;
  CREATE TABLE trouble (is_on boolean);
  CREATE FUNCTION passes() RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
      IF EXISTS (SELECT FROM trouble) THEN
        RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001';
      END IF;
      RETURN true;
    END $$;
  ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
  CREATE POLICY passing ON customers USING (passes());
  CREATE PUBLICATION customers FOR TABLE customers;
  ${installNotifyTrigger({ table: 'customers' })}`;

export async function startPostgresSource(): Promise<PostgresSource> {
  const server = new URL(inject('postgresUrl'));
  const name = `feed_${randomBytes(6).toString('hex')}`;
  const root = await connected(server.href);
  await root.query(`CREATE DATABASE ${name}`);
  server.pathname = `/${name}`;
  const admin = await connected(server.href);
  await admin.query(SETUP);
  await admin.query(`CREATE ROLE ${name} LOGIN REPLICATION PASSWORD '${TOKENS.FIRST}'`);
  await admin.query(`GRANT SELECT ON customers TO ${name}`);
  const connection = {
    host: server.hostname,
    port: Number(server.port),
    user: name,
    database: name,
    passwordFrom: 'source' as const,
  };
  const adapters: ReturnType<typeof postgresAdapter>[] = [];
  return {
    adapter() {
      const adapter = postgresAdapter({ connections: { db: connection } });
      adapters.push(adapter);
      return adapter;
    },
    origin: `postgres://${connection.host}:${connection.port}`,
    async put(...rows) {
      await admin.query(
        `INSERT INTO customers SELECT id, name, nextval('changes'), false FROM unnest($1::text[], $2::text[]) AS given (id, name)
          ON CONFLICT (id) DO UPDATE SET name = excluded.name, changed_at = excluded.changed_at, gone = false`,
        [rows.map(({ id }) => id), rows.map((row) => row.name)],
      );
    },
    async remove(...ids) {
      const change = `UPDATE customers SET gone = true, changed_at = nextval('changes') WHERE id = ANY ($1)`;
      await admin.query(change, [ids]);
    },
    breakOff: async () => void (await admin.query('INSERT INTO trouble VALUES (true)')),
    recover: async () => void (await admin.query('DELETE FROM trouble')),
    async revoke() {
      await admin.query(`ALTER ROLE ${name} PASSWORD '${TOKENS.SECOND}'`);
      await admin.query('SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = $1', [
        name,
      ]);
    },
    async listening() {
      const waiting = `FROM pg_stat_activity WHERE usename = '${name}' AND query LIKE 'LISTEN%'`;
      return (await admin.query(`SELECT ${waiting}`)).rowCount ?? 0;
    },
    async stop() {
      for (const adapter of adapters) await adapter.close();
      const slots = `FROM pg_replication_slots WHERE database = '${name}'`;
      await admin.query(`SELECT pg_drop_replication_slot(slot_name) ${slots}`);
      await admin.end();
      await root.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await root.query(`DROP ROLE ${name}`);
      await root.end();
    },
  };
}

async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  // Databases are dropped with their connections.
  client.on('error', () => {});
  await client.connect();
  return client;
}
