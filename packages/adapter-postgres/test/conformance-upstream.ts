import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure, Upstream, When } from '@stateful-workflow/adapter-testkit';
import type {} from '@stateful-workflow/dev-services/vitest-postgres';
import { Client } from 'pg';
import { inject } from 'vitest';
import { installNotifyTrigger, postgresAdapter, type PostgresCursor, type PostgresQuery } from '../src/index';
import { failedStatement, type Link, refusedConnection, startWireProxy, type Verdict } from './wire-proxy';

const PAGE_SIZE = 10;

/** What the upstream has a failure done with, and how that is undone. */
interface Means {
  readonly admin: Client;
  readonly role: string;
  /** Has nobody be connected any more. */
  disconnect(): Promise<void>;
  readonly token: string;
}

/** One way to fail: what is done to a page that is asked for, to a connection, or to the database. */
interface Way extends Failure {
  readonly page?: (link: Link, means: Means) => Verdict | Promise<Verdict>;
  readonly connection?: () => Verdict;
  readonly begin?: (means: Means) => Promise<unknown>;
  readonly end?: (means: Means) => Promise<unknown>;
}

const FAILURES: Readonly<Record<string, Way>> = {
  'a dropped connection': { kind: 'transient', page: () => 'drop' },
  'an answer that breaks off': { kind: 'transient', midPage: true, page: () => 'half' },
  'a killed backend': {
    kind: 'transient',
    page: async ({ pid }, { admin }): Promise<Verdict> => {
      await admin.query('SELECT pg_terminate_backend($1, 5000)', [pid]);
      return 'pass';
    },
  },
  'a serialization failure': {
    kind: 'transient',
    page: () => ({
      answer: failedStatement('40001', 'could not serialize access due to read/write dependencies'),
    }),
  },
  'a lock that somebody holds': {
    kind: 'transient',
    page: () => ({ answer: failedStatement('55P03', 'canceling statement due to lock timeout') }),
  },
  'a pooler without connections': {
    kind: 'throttled',
    connection: () => ({
      answer: refusedConnection('08P01', 'no more connections allowed (max_client_conn)'),
    }),
  },
  'a password that was changed': {
    kind: 'unauthorized',
    begin: async ({ admin, role, disconnect }) => {
      await admin.query(`ALTER ROLE ${role} PASSWORD 'of-somebody-else'`);
      await disconnect();
    },
    end: ({ admin, role, token }) => admin.query(`ALTER ROLE ${role} PASSWORD '${token}'`),
  },
  'a right that was taken away': {
    kind: 'invalid',
    begin: ({ admin, role }) => admin.query(`REVOKE SELECT ON records FROM ${role}`),
    end: ({ admin, role }) => admin.query(`GRANT SELECT ON records TO ${role}`),
  },
  'a table that is gone': {
    kind: 'invalid',
    begin: ({ admin }) => admin.query('ALTER TABLE records RENAME TO records_before'),
    end: ({ admin }) => admin.query('ALTER TABLE records_before RENAME TO records'),
  },
  'a server with a defect': {
    kind: 'fatal',
    page: () => ({ answer: failedStatement('XX000', 'could not open relation with OID 16384') }),
  },
};

/** A Postgres server behind a proxy that does to its clients what the conformance suite says. */
export async function startPostgresUpstream(): Promise<Upstream<PostgresQuery, PostgresCursor>> {
  const server = new URL(inject('postgresUrl'));
  const name = `conformance_${randomBytes(6).toString('hex')}`;
  const root = await connected(server.href);
  await root.query(`CREATE DATABASE ${name}`);
  server.pathname = `/${name}`;
  const admin = await connected(server.href);
  let token = 'tok_0';
  await admin.query(`
    CREATE ROLE ${name} LOGIN PASSWORD '${token}';
    CREATE TABLE records (id text PRIMARY KEY, name text NOT NULL, changed_at int8 NOT NULL, gone boolean NOT NULL);
    GRANT SELECT ON records TO ${name};
    ${installNotifyTrigger({ table: 'records' })}`);

  const arrivals = new EventEmitter();
  let requests = 0;
  let trouble: { readonly page: (link: Link) => Verdict | Promise<Verdict>; left: number } | undefined;
  let failing: Way | undefined;

  const proxy = await startWireProxy(
    { host: server.hostname, port: Number(server.port) },
    async (statement, link) => {
      if (statement === undefined) return failing?.connection?.() ?? 'pass';
      if (!/^(FETCH|LISTEN) /.test(statement)) return 'pass';
      requests += 1;
      arrivals.emit('request');
      return trouble !== undefined && (trouble.left -= 1) < 0 ? trouble.page(link) : 'pass';
    },
  );
  const disconnect = async (): Promise<void> => {
    await admin.query('SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = $1', [
      name,
    ]);
    await proxy.empty();
  };
  const means = (): Means => ({ admin, role: name, token, disconnect });
  const misbehave = (page: (link: Link) => Verdict | Promise<Verdict>, { after = 0 }: When = {}): void => {
    trouble = { page, left: after };
  };
  const recover = async (): Promise<void> => {
    const way = failing;
    trouble = failing = undefined;
    await way?.end?.(means());
  };
  const put = async (records: readonly { id: string; name: string }[], at: number): Promise<void> => {
    await admin.query(
      `INSERT INTO records SELECT id, name, $3, false FROM unnest($1::text[], $2::text[]) AS given (id, name)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, changed_at = excluded.changed_at, gone = false`,
      [records.map(({ id }) => id), records.map((record) => record.name), at],
    );
  };

  const table = { name: 'records', key: 'id', columns: ['id', 'name'] };
  const batch = { rows: PAGE_SIZE };
  const query: PostgresQuery = { connection: 'db', table: { ...table, where: { gone: false } }, batch };
  const changes = { ...table, cursor: { column: 'changed_at', tombstone: 'gone' } };
  return {
    adapter: ({ timeoutMs }) =>
      postgresAdapter({
        connections: {
          db: {
            host: '127.0.0.1',
            port: proxy.port,
            user: name,
            database: name,
            passwordFrom: 'source',
            ...(timeoutMs !== undefined && { timeouts: { statement: timeoutMs } }),
          },
        },
      }),
    origins: [`postgres://127.0.0.1:${proxy.port}`],
    pageSize: PAGE_SIZE,
    query,
    // Transactions decide what is new: the time of a record says nothing.
    incremental: { query: { connection: 'db', table: changes, batch }, lateness: 0 },
    numbers: {
      query: {
        connection: 'db',
        query: {
          text: `SELECT id, name::jsonb AS number FROM records WHERE id LIKE 'n\\_%' ORDER BY id`,
        },
      },
      put: (given) =>
        put(
          given.map((number, n) => ({ id: `n_${n}`, name: number })),
          1,
        ),
    },
    watch: { query: { ...query, notify: { channel: 'records_changed' } } },
    invalidQueries: [
      [{}, 'connection'],
      [{ connection: 'db' }, 'query'],
      [{ connection: 'db', table: { name: 'records' } }, 'key'],
      [{ ...query, tabel: 'records' }, 'tabel'],
      [{ ...query, session: { settings: { statement_timeout: 0 } } }, 'statement_timeout'],
    ],
    failures: FAILURES,
    withoutFault: { gone: 'a row that is gone is missing from a sweep, and a table that is gone is invalid' },
    withoutRetryAfter: 'neither Postgres nor a pooler says when a connection will be free',
    put,
    patch: (id, changed, at) => put([{ id, name: changed }], at),
    remove: async (id) => void (await admin.query('UPDATE records SET gone = true WHERE id = $1', [id])),
    fail: async (failure, when) => {
      const way = (failing = FAILURES[failure]);
      if (way?.page !== undefined) misbehave((link) => way.page?.(link, means()) ?? 'pass', when);
      await way?.begin?.(means());
    },
    delay: async (milliseconds, when) =>
      misbehave(async ({ gone }): Promise<Verdict> => {
        await sleep(milliseconds, undefined, { signal: gone }).catch(() => {});
        return 'pass';
      }, when),
    recover,
    revoke: async () => {
      token = `tok_${Number(token.slice(4)) + 1}`;
      await admin.query(`ALTER ROLE ${name} PASSWORD '${token}'`);
      await disconnect();
      return token;
    },
    token: () => token,
    requested: async () => void (await once(arrivals, 'request')),
    requests: () => requests,
    reset: async () => {
      await recover();
      await admin.query('DELETE FROM records');
      requests = 0;
    },
    stop: async () => {
      await proxy.stop();
      await admin.end();
      await root.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await root.query(`DROP ROLE ${name}`);
      await root.end();
    },
  };
}

async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
}
