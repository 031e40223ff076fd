import { credentialOf } from '@stateful-workflow/adapter-testkit';
import { Pool } from 'pg';
import { describe, expect, it } from 'vitest';
import { entity, postgresAdapter, sql } from '../src/index';
import { adapter, cleanup, database, failure, loadContext, on, records } from './support';

const ONE = on({ query: sql`SELECT 1 AS id` });
const ROWS = 'CREATE TABLE rows AS SELECT g AS id FROM generate_series(1, 20000) g';

/** Who is connected to a database by the adapter. */
const clients =
  "SELECT pid, application_name AS name, state FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'stateful-workflow%'";

describe('connections', () => {
  it('name what loads to the server, and are kept for the next load and closed by close()', async () => {
    const db = await database();
    const postgres = adapter(db);
    const query = on({ query: sql`SELECT current_setting('application_name') AS id` });
    expect(await records(postgres, query)).toEqual([{ id: 'stateful-workflow invoices Customer-c_42' }]);
    const long = loadContext({ caller: `invoices Kunde-ü${'x'.repeat(80)}` });
    const [record] = await records(postgres, query, long);
    expect((record as { id: string }).id).toMatch(/^stateful-workflow invoices Kunde-\?x+$/);
    expect(await db.exec(clients)).toHaveLength(1);
    await postgres.close();
    await expect.poll(() => db.exec(clients)).toEqual([]);
  });

  it('are several, each by its name', async () => {
    const [one, two] = [await database(), await database()];
    const connections = { one: { connectionString: one.url }, two: { connectionString: two.url } };
    const postgres = adapter(one, { connections });
    for (const [connection, db] of [
      ['one', one],
      ['two', two],
    ] as const) {
      const query = { connection, query: sql`SELECT current_database() AS id` };
      expect(await records(postgres, query)).toEqual([{ id: db.name }]);
    }
    const error = await failure(postgres, { connection: 'three', query: sql`SELECT 1` });
    expect(postgres.classify(error)).toEqual({
      kind: 'invalid',
      message: expect.stringMatching(/"three".*registered: one, two/) as string,
    });
  });

  it('can be a pool, which stays open, or a function that makes one, which is closed', async () => {
    const db = await database();
    const pool = new Pool({ connectionString: db.url });
    cleanup(() => pool.end());
    let made = 0;
    const own: Pool[] = [];
    const postgres = postgresAdapter({
      connections: {
        db: pool,
        lazy: () => {
          made++;
          own.push(new Pool({ connectionString: db.url }));
          return own[0] as Pool;
        },
      },
    });
    expect(await records(postgres, ONE)).toEqual([{ id: 1 }]);
    expect(made).toBe(0);
    for (let i = 0; i < 2; i++)
      expect(await records(postgres, { ...ONE, connection: 'lazy' })).toEqual([{ id: 1 }]);
    expect(made).toBe(1);
    await postgres.close();
    expect([pool.ended, own[0]?.ended]).toEqual([false, true]);
  });

  it('are bounded: a load that finds none free fails as transient, and the next one goes well', async () => {
    const db = await database(ROWS);
    const connections = { db: { connectionString: db.url, max: 1, timeouts: { connect: 200 } } };
    const postgres = adapter(db, { connections });
    const first = postgres
      .load(on({ table: { name: 'rows', key: 'id' } }), loadContext())
      [Symbol.asyncIterator]();
    await first.next();
    const fault = postgres.classify(await failure(postgres, ONE));
    expect(fault).toMatchObject({
      kind: 'transient',
      message: expect.stringContaining('raise max') as string,
    });
    await first.return?.();
    expect(await records(postgres, ONE)).toEqual([{ id: 1 }]);
  });

  it('take the password from the source: a rotated one works, a revoked one is unauthorized', async () => {
    const db = await database();
    const role = `r_${db.name}`;
    await db.exec(`CREATE ROLE ${role} LOGIN PASSWORD 'first'`);
    cleanup(() => db.exec(`DROP ROLE ${role}`));
    const { hostname: host, port } = new URL(db.url);
    const connections = {
      db: { host, port: Number(port), user: role, database: db.name, passwordFrom: 'source' as const },
    };
    const postgres = adapter(db, { connections });
    const context = loadContext({ token: 'first' });
    expect(await records(postgres, ONE, context)).toEqual([{ id: 1 }]);
    expect(context.seen.origins).toEqual([`postgres://${host}:${port}`]);
    await db.exec(`ALTER ROLE ${role} PASSWORD 'second'`);
    expect(await records(postgres, ONE, loadContext({ token: 'second' }))).toEqual([{ id: 1 }]);
    const wrong = await failure(postgres, ONE, loadContext({ token: 'third-s3cret' }));
    expect(postgres.classify(wrong)).toMatchObject({ kind: 'unauthorized' });
    expect(postgres.classify(wrong).message).not.toContain('s3cret');
    const none = await failure(postgres, ONE, loadContext());
    expect(postgres.classify(none)).toMatchObject({
      kind: 'unauthorized',
      message: expect.stringContaining("credential: 'secret:NAME'") as string,
    });
  });

  it('keep pools for the last passwords only', async () => {
    const db = await database();
    const { hostname: host, port, username: user, password } = new URL(db.url);
    const connections = {
      db: { host, port: Number(port), user, database: db.name, passwordFrom: 'source' as const },
    };
    const postgres = adapter(db, { connections });
    const rotated = (other: string) => {
      const credential = { ...credentialOf(password), identity: credentialOf(other).identity };
      return loadContext({ credential: async () => credential });
    };
    for (let i = 0; i < 7; i++) expect(await records(postgres, ONE, rotated(`f${i}`))).toEqual([{ id: 1 }]);
    await expect.poll(() => db.exec(clients)).toHaveLength(4);
  });
});

describe('the session', () => {
  const POLICY = `
    CREATE TABLE invoices (id int, customer_id text);
    INSERT INTO invoices VALUES (1, 'c_42'), (2, 'c_7');
    ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON invoices USING (customer_id = current_setting('app.customer_id', true))`;

  it('is bound to the entity by row-level security, and leaves nothing for the next load', async () => {
    const db = await database(POLICY);
    const role = `r_${db.name}`;
    await db.exec(`CREATE ROLE ${role}; GRANT SELECT ON invoices TO ${role}`);
    cleanup(() => db.exec(`DROP OWNED BY ${role}; DROP ROLE ${role}`));
    const connections = { db: { connectionString: db.url, max: 1 } };
    const postgres = adapter(db, { connections });
    const text = 'SELECT id FROM invoices ORDER BY id';
    const session = { role, settings: { 'app.customer_id': entity.id } };
    expect(await records(postgres, on({ query: { text }, session }))).toEqual([{ id: 1 }]);
    const other = loadContext({ entity: { name: 'Customer', id: 'c_7' } });
    expect(await records(postgres, on({ query: { text }, session }), other)).toEqual([{ id: 2 }]);
    expect(await records(postgres, on({ query: { text }, session: { role } }))).toEqual([]);
    const after = on({
      query: sql`SELECT current_user AS id, current_setting('app.customer_id', true) AS setting`,
    });
    expect(await records(postgres, after)).toEqual([{ id: 'postgres', setting: '' }]);
    const nobody = await failure(postgres, on({ query: { text }, session: { role: 'no such"role' } }));
    expect(postgres.classify(nobody).kind).toBe('invalid');
  });

  it('suffices with a cursor for a role that may do nothing but read the table', async () => {
    const db = await database(
      'CREATE TABLE t (id int, at timestamptz DEFAULT now()); INSERT INTO t VALUES (1)',
    );
    const role = `r_${db.name}`;
    await db.exec(`CREATE ROLE ${role} LOGIN PASSWORD 'pw'; GRANT SELECT ON t TO ${role}`);
    cleanup(() => db.exec(`DROP OWNED BY ${role}; DROP ROLE ${role}`));
    const url = new URL(db.url);
    url.username = role;
    url.password = 'pw';
    const postgres = adapter(db, { connections: { db: { connectionString: url.href } } });
    // Of somebody else, and so hidden from it in pg_stat_activity.
    const open = await db.client();
    await open.query('BEGIN; INSERT INTO t VALUES (2)');
    const query = on({ table: { name: 't', key: 'id', columns: ['id'], cursor: 'at' } });
    const pages = [];
    for await (const page of postgres.load(query, loadContext())) pages.push(page);
    expect(pages).toMatchObject([{ records: [{ id: 1 }], complete: true }]);
    const cursor = pages[0]?.cursor;
    expect(cursor).toMatchObject({ kind: 'transactions', waits: { for: [expect.any(String)] } });
    await open.query('COMMIT');
    expect(await records(postgres, query, loadContext({ cursor }))).toEqual([{ id: 2 }]);
  });
});

describe('check', () => {
  it('says what each connection leads to, or why it does not', async () => {
    const db = await database();
    expect(await adapter(db).check(loadContext())).toEqual({
      ok: true,
      message: expect.stringMatching(
        `Connection "db": Postgres \\d+\\.\\d+.*, database ${db.name}, as postgres.`,
      ) as string,
    });
    const url = new URL(db.url);
    url.password = 's3cret';
    const wrong = adapter(db, {
      connections: { db: { connectionString: url.href }, gone: { host: '127.0.0.1', port: 1 } },
    });
    const { ok, message } = await wrong.check(loadContext());
    expect(ok).toBe(false);
    expect(message).toMatch(/"db": password authentication failed.*"gone": connect ECONNREFUSED/);
    expect(message).not.toContain('s3cret');
  });
});
