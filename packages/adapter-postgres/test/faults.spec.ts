import { startPostgres } from '@stateful-workflow/dev-services';
import { describe, expect, it } from 'vitest';
import { sql } from '../src/index';
import { adapter, cleanup, database, failure, loadContext, on, readAll, records } from './support';

const ROWS =
  "CREATE TABLE rows AS SELECT g AS id, repeat('x', 100) AS filler FROM generate_series(1, 20000) g";
const TABLE = on({ table: { name: 'rows', key: 'id' }, batch: { rows: 50 } });

describe('a sweep', () => {
  it('sees one moment, whatever is written meanwhile: no row missed, none twice', async () => {
    const db = await database(ROWS);
    const ids: number[] = [];
    let pages = 0;
    for await (const { records: read } of adapter(db).load(TABLE, loadContext())) {
      ids.push(...read.map((row) => (row as { id: number }).id));
      // Rows move to the end of the table, go, and come.
      if (pages++ % 40 === 0) {
        await db.exec('UPDATE rows SET filler = filler WHERE id % 7 = 0');
        await db.exec('DELETE FROM rows WHERE id % 11 = 0');
        await db.exec(
          'INSERT INTO rows SELECT id + 100000, filler FROM rows WHERE id <= 20000 AND id % 13 = 0',
        );
      }
    }
    expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: 20_000 }, (_, i) => i + 1));
  });

  it('fails as transient when its backend is killed, and the next one is whole', async () => {
    const db = await database(ROWS);
    const postgres = adapter(db);
    let error: unknown;
    try {
      for await (const page of postgres.load(TABLE, loadContext())) {
        expect(page.complete).toBe(false);
        await db.exec(
          "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'stateful-workflow%'",
        );
      }
    } catch (thrown) {
      error = thrown;
    }
    expect(postgres.classify(error).kind).toBe('transient');
    expect(await records(postgres, TABLE)).toHaveLength(20_000);
  });

  it('fails as transient when the server restarts, and goes well once it is back', async () => {
    const server = await startPostgres();
    cleanup(() => server.stop());
    const db = await database(ROWS, server.url());
    const postgres = adapter(db);
    let error: unknown;
    try {
      for await (const page of postgres.load(TABLE, loadContext()))
        if (!page.complete) await server.restart('immediate');
    } catch (thrown) {
      error = thrown;
    }
    expect(postgres.classify(error).kind).toBe('transient');
    expect(await records(postgres, TABLE)).toHaveLength(20_000);
    await server.stop();
    expect(postgres.classify(await failure(postgres, TABLE)).kind).toBe('transient');
  });

  it('is cancelled on the server within a second, and its connection closed', async () => {
    const db = await database(ROWS);
    const postgres = adapter(db);
    const controller = new AbortController();
    const slow = on({ query: sql`SELECT id, pg_sleep(60) FROM rows` });
    const loading = failure(postgres, slow, loadContext({ signal: controller.signal }));
    const busy =
      "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
    await expect.poll(() => db.exec(busy)).toHaveLength(1);
    const reason = new Error('the activity was cancelled');
    const started = performance.now();
    controller.abort(reason);
    expect(await loading).toBe(reason);
    expect(performance.now() - started).toBeLessThan(1_000);
    await expect.poll(() => db.exec(busy)).toEqual([]);
    expect(await records(postgres, on({ query: sql`SELECT 1 AS id` }))).toEqual([{ id: 1 }]);
  });

  it('that is broken off between two pages ends its transaction', async () => {
    const db = await database(ROWS);
    const postgres = adapter(db);
    for await (const page of postgres.load(TABLE, loadContext())) {
      expect(page.records).toHaveLength(50);
      break;
    }
    const open =
      "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    // The next page was being read: the server notices on its own that nobody is there for it.
    await expect.poll(() => db.exec(open)).toEqual([]);
    expect(
      await failure(postgres, TABLE, loadContext({ signal: AbortSignal.abort(new Error('before')) })),
    ).toMatchObject({ message: 'before' });
  });
});

describe('faults', () => {
  it('of a lock that somebody holds, and of a statement that takes too long, are transient', async () => {
    const db = await database(ROWS);
    const connections = { db: { connectionString: db.url, timeouts: { lock: 100, statement: 10_000 } } };
    const postgres = adapter(db, { connections });
    const holder = await db.client();
    await holder.query('BEGIN; LOCK TABLE rows');
    expect(postgres.classify(await failure(postgres, TABLE))).toMatchObject({
      kind: 'transient',
      message: expect.stringMatching(/55P03.*lock/) as string,
    });
    await holder.query('ROLLBACK');
    const slow = on({ query: sql`SELECT pg_sleep(5)`, statementTimeout: 100 });
    expect(postgres.classify(await failure(postgres, slow))).toMatchObject({
      kind: 'transient',
      message: expect.stringMatching(/57014.*statementTimeout/) as string,
    });
  });

  it('of a worker that is too slow are transient', async () => {
    const db = await database(ROWS);
    const connections = { db: { connectionString: db.url, timeouts: { idleInTransaction: 50 } } };
    const postgres = adapter(db, { connections });
    let error: unknown;
    try {
      for await (const page of postgres.load(TABLE, loadContext())) {
        expect(page.complete).toBe(false);
        const gone =
          "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'stateful-workflow%'";
        await expect.poll(() => db.exec(gone)).toEqual([]);
      }
    } catch (thrown) {
      error = thrown;
    }
    expect(postgres.classify(error).kind).toBe('transient');
  });

  it('of a table that is dropped or altered in between are invalid, and heal', async () => {
    const db = await database(ROWS);
    const postgres = adapter(db);
    const query = on({ table: { name: 'rows', key: 'id', columns: ['id', 'filler'] } });
    await db.exec('ALTER TABLE rows RENAME COLUMN filler TO stuffing');
    expect(postgres.classify(await failure(postgres, query))).toMatchObject({ kind: 'invalid' });
    await db.exec('DROP TABLE rows');
    expect(postgres.classify(await failure(postgres, query))).toEqual({
      kind: 'invalid',
      message: 'relation "rows" does not exist (42P01). Correct the source\'s query, or what it reads.',
    });
    await db.exec(ROWS);
    expect(await records(postgres, query)).toHaveLength(20_000);
  });

  it('of rights that are missing are invalid, of a wrong database as well', async () => {
    const db = await database(ROWS);
    const role = `r_${db.name}`;
    await db.exec(`CREATE ROLE ${role}`);
    cleanup(() => db.exec(`DROP ROLE ${role}`));
    const postgres = adapter(db);
    expect(postgres.classify(await failure(postgres, { ...TABLE, session: { role } }))).toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/permission denied for table rows.*Grant/) as string,
    });
    const elsewhere = adapter(db, { connections: { db: { connectionString: `${db.url}_not` } } });
    expect(elsewhere.classify(await failure(elsewhere, TABLE)).kind).toBe('invalid');
  });

  it('of a server without TLS say what to do', async () => {
    const db = await database();
    const postgres = adapter(db, { connections: { db: { connectionString: db.url, ssl: true } } });
    expect(postgres.classify(await failure(postgres, TABLE))).toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('ssl: false') as string,
    });
  });

  it('of a server without connections are throttled', async () => {
    const server = await startPostgres({
      settings: { max_connections: 5, superuser_reserved_connections: 0 },
    });
    cleanup(() => server.stop());
    const db = await database('', server.url());
    const postgres = adapter(db);
    await expect
      .poll(() =>
        db.client().then(
          () => 'connected',
          ({ code }: { code: string }) => code,
        ),
      )
      .toBe('53300');
    expect(postgres.classify(await failure(postgres, TABLE)).kind).toBe('throttled');
  });
});

describe('an older major', () => {
  it.runIf(process.platform === 'linux' && process.arch === 'x64')('is read alike', async () => {
    const server = await startPostgres({ major: 15 });
    cleanup(() => server.stop());
    const db = await database(
      'CREATE TABLE t (id int, at timestamptz DEFAULT now()); INSERT INTO t VALUES (1)',
      server.url(),
    );
    const postgres = adapter(db);
    const query = on({ table: { name: 't', key: 'id', columns: ['id'], cursor: 'at' } });
    const [page] = await readAll(postgres, query);
    expect(page).toMatchObject({ records: [{ id: 1 }], complete: true });
    await db.exec('INSERT INTO t VALUES (2)');
    expect(await records(postgres, query, loadContext({ cursor: page?.cursor }))).toEqual([{ id: 2 }]);
  });
});

describe('a message of the server', () => {
  it.each([
    ["SELECT 'value-of-a-row'::int", '22P02'],
    ["SELECT '99999999991'::int", '22003'],
    ["SELECT '2026-13-91'::date", '22008'],
    ["SELECT 'no-date-at-all'::timestamptz", '22007'],
    [`SELECT '{"value-of-a-row'::jsonb`, '22P02'],
    ["SELECT 'value-of-a-row'::uuid", '22P02'],
    ["SET lc_messages = 'de_DE.UTF-8'; SELECT repeat('a.', 150000)::int", '42601'],
    ["SELECT repeat('a.', 150000)::int", '22P02'],
  ])('never repeats the value that does not fit: %s', async (text, code) => {
    const error = await failure(adapter(await database('SELECT 1')), on({ query: { text } }));
    const { kind, message } = adapter(await database('SELECT 1')).classify(error);
    expect(kind).toBe('invalid');
    expect(message).toContain(`(${code})`);
    expect(message).not.toMatch(/value-of-a-row|9999999999|2026|no-date|a\.a\.a/);
    expect(message.length).toBeLessThan(400);
  });

  it.each([
    ['v::regclass', '42P01'],
    ['v::regtype', '42704'],
    ["(v || ' ' || v)::regtype", '42601'],
    ['v::regproc', '42883'],
    ['v::regrole', '42704'],
    ['v::regnamespace', '3F000'],
    ["to_tsquery(v || ' & & ')", '42601'],
    ["(v || ' ?')::jsonpath", '42601'],
    ['query_to_xml(v, true, true, $$$$)', '42601'],
    ['pg_get_serial_sequence(v, v)', '42P01'],
    ["has_table_privilege(v, 'SELECT')", '42P01'],
    ['nextval(v)', '42P01'],
    ['current_setting(v)', '42704'],
    ["ts_headline(v::regconfig, 'a', 'a')", '42704'],
    ['pg_read_file(v)', '58P01'],
    ['date_trunc(v, now())', '22023'],
    ['now() AT TIME ZONE v', '22023'],
    ["'a' ~ (v || '(')", '2201B'],
    ["(v || '<')::xml", '2200N'],
    ['to_date(v, v)', '22007'],
  ])('never repeats a value that it takes for a name: %s', async (expression, code) => {
    const db = await database("CREATE TABLE t AS SELECT 'valueofarow'::text AS v");
    const postgres = adapter(db);
    const error = await failure(postgres, on({ query: { text: `SELECT ${expression} FROM t` } }));
    const { kind, message } = postgres.classify(error);
    expect(message).toContain(`(${code})`);
    expect(kind).not.toBe('unauthorized');
    expect(message).not.toContain('valueofarow');
  });

  it('names what the statement itself has wrong', async () => {
    const postgres = adapter(await database('CREATE TABLE t (id int)'));
    for (const [query, name] of [
      [on({ query: { text: 'SELECT nowhere FROM t' } }), 'nowhere'],
      [on({ table: { name: 'nowhere', key: 'id' } }), 'nowhere'],
      [on({ table: { name: 'nowhere', key: 'id', cursor: 'at' } }), 'nowhere'],
      [on({ query: { text: 'SELECT id::nowhere FROM t' } }), 'nowhere'],
    ] as const)
      expect(postgres.classify(await failure(postgres, query)).message).toContain(name);
  });
});
