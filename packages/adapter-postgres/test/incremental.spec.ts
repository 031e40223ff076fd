import type { Page } from '@stateful-workflow/core';
import { describe, expect, it } from 'vitest';
import { entity, type PostgresAdapter, type PostgresCursor, type PostgresQuery, sql } from '../src/index';
import { adapter, cleanup, database, type Database, failure, loadContext, on } from './support';

const TABLE = `
CREATE TABLE invoices (
  id int PRIMARY KEY, customer_id text NOT NULL DEFAULT 'c_42', note text,
  updated_at timestamptz DEFAULT now(), deleted_at timestamptz
);
CREATE INDEX ON invoices (customer_id, updated_at)`;
const NEVER = { column: 'updated_at', fullEvery: 'never' } as const;
const ISO = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;
const table = { name: 'invoices', key: 'id', columns: ['id', 'note'], cursor: NEVER };

/** What a source that is loaded again and again holds, as a workflow would. */
class Holder {
  readonly held = new Map<unknown, unknown>();
  /** How often each id was given. */
  readonly given = new Map<unknown, number>();
  cursor: PostgresCursor | undefined;
  last: readonly Page<PostgresCursor>[] = [];

  constructor(
    readonly postgres: PostgresAdapter,
    readonly query: PostgresQuery,
  ) {}

  /** Loads once and takes in what came. */
  async look(): Promise<unknown[]> {
    const context = loadContext(this.cursor && { cursor: this.cursor });
    const pages: Page<PostgresCursor>[] = [];
    for await (const page of this.postgres.load(this.query, context)) pages.push(page);
    if (pages.at(-1)?.complete === true) this.held.clear();
    for (const { records, removed = [] } of pages) {
      for (const record of records as { id: unknown }[]) {
        this.held.set(record.id, record);
        this.given.set(record.id, (this.given.get(record.id) ?? 0) + 1);
      }
      for (const record of removed as { id: unknown }[]) this.held.delete(record.id);
    }
    this.cursor = pages.at(-1)?.cursor;
    this.last = pages;
    return pages.flatMap(({ records }) => (records as { id: unknown }[]).map(({ id }) => id));
  }

  get isComplete(): boolean {
    return this.last.at(-1)?.complete === true;
  }
}

const holder = (db: Database, query = on({ table })): Holder => new Holder(adapter(db), query);

describe('a source with a cursor', () => {
  it('reads everything once, then what changed, each once', async () => {
    const db = await database(`${TABLE}; INSERT INTO invoices (id) SELECT generate_series(1, 5)`);
    const source = holder(db);
    expect(await source.look()).toHaveLength(5);
    expect(source.isComplete).toBe(true);
    expect(await source.look()).toEqual([]);
    expect(source.isComplete).toBe(false);
    await db.exec("UPDATE invoices SET note = 'new', updated_at = now() WHERE id = 3");
    await db.exec('INSERT INTO invoices (id) VALUES (6)');
    expect((await source.look()).sort()).toEqual([3, 6]);
    expect(await source.look()).toEqual([]);
    expect(source.held.get(3)).toEqual({ id: 3, note: 'new' });
  });

  it('keeps its cursor while nothing happens to the table, whatever else happens', async () => {
    const db = await database(`${TABLE}; INSERT INTO invoices (id) VALUES (1); CREATE TABLE others (id int)`);
    const source = holder(db);
    await source.look();
    await source.look();
    const before = source.cursor;
    await db.exec('INSERT INTO others VALUES (1)');
    await source.look();
    expect(source.cursor).toEqual(before);
  });

  it('gives what many rows with one value of the cursor hold, and rows without one', async () => {
    const db = await database(TABLE);
    const source = holder(db);
    await source.look();
    for (const id of [1, 2, 3]) {
      await db.exec("INSERT INTO invoices (id, updated_at) VALUES ($1, date_trunc('day', now()))", [id]);
      expect(await source.look()).toEqual([id]);
    }
    await db.exec('INSERT INTO invoices (id, updated_at) VALUES (4, null)');
    expect(await source.look()).toEqual([4]);
    expect(await source.look()).toEqual([]);
  });

  it.each([
    ['timestamptz', "'2099-12-31'"],
    ['timestamptz', "now() + interval '1 hour'"],
    ['timestamptz', "'infinity'"],
    ['timestamp', "now() at time zone 'utc' + interval '1 hour'"],
    ['timestamp', "'infinity'"],
    ['date', "'infinity'"],
  ])('is not led into the future by a row: %s, %s', async (type, ahead) => {
    const db = await database(
      `${TABLE}; ALTER TABLE invoices ALTER updated_at TYPE ${type}; SET timezone TO 'UTC';
       INSERT INTO invoices (id, updated_at) VALUES (1, now() - interval '2 days'), (2, ${ahead})`,
    );
    const source = holder(db);
    expect((await source.look()).sort()).toEqual([1, 2]);
    await db.exec('INSERT INTO invoices (id) VALUES (3)');
    expect(await source.look()).toEqual([3]);
    await db.exec("UPDATE invoices SET note = 'new', updated_at = now() WHERE id = 1");
    expect(await source.look()).toEqual([1]);
    expect(await source.look()).toEqual([]);
  });

  it.each([
    ['moment', "now() - interval '2 days'", "now() + interval '1 hour'", 'now()'],
    ['moment', "now() - interval '2 days'", "'infinity'", 'now()'],
    ['float8', '1', "'NaN'", '2'],
    ['float8', '1', "'Infinity'", '2'],
    ['numeric', '1', "'NaN'", '2'],
    ['int8', '1767225600000', '4102358400000', 'extract(epoch FROM now()) * 1000'],
    ['int8', '1767225600000000', '4102358400000000', 'extract(epoch FROM now()) * 1000000'],
    [
      'text',
      "'2020-01-01T00:00:00Z'",
      `to_char(now() + interval '1 hour', ${ISO})`,
      `to_char(now(), ${ISO})`,
    ],
    ['text', "'2020-01-01T00:00:00Z'", "'2099-12-31T00:00:00Z'", `to_char(now(), ${ISO})`],
  ])('is led nowhere by a row of a column of another type: %s, %s, %s', async (type, old, ahead, now) => {
    const db = await database(
      `SET timezone TO 'UTC'; CREATE DOMAIN moment AS timestamptz;
       CREATE TABLE t (id int PRIMARY KEY, at ${type}); INSERT INTO t VALUES (1, ${old}), (2, ${ahead})`,
    );
    const cursor = { column: 'at', fullEvery: 'never' } as const;
    const source = holder(db, on({ table: { name: 't', key: 'id', columns: ['id'], cursor } }));
    expect((await source.look()).sort()).toEqual([1, 2]);
    for (const id of [3, 4]) {
      await db.exec(`INSERT INTO t VALUES (${id}, ${now})`);
      expect(await source.look()).toEqual([id]);
    }
    expect(await source.look()).toEqual([]);
    expect(source.isComplete).toBe(false);
  });

  it('takes numbers that count for what they are', async () => {
    const db = await database(
      'CREATE TABLE t (id int PRIMARY KEY, at int8); INSERT INTO t VALUES (1, 5000000000)',
    );
    const cursor = { column: 'at', fullEvery: 'never' } as const;
    const source = holder(db, on({ table: { name: 't', key: 'id', columns: ['id'], cursor } }));
    await source.look();
    expect(source.cursor).toMatchObject({ low: '5000000000' });
  });

  it('reads everything anew when a load before was led into the future', async () => {
    const db = await database(`${TABLE}; INSERT INTO invoices (id) VALUES (1)`);
    const source = holder(db);
    await source.look();
    for (const low of ['infinity', '2099-12-31 00:00:00+00', '10000-01-01 00:00:00+00']) {
      source.cursor = { ...source.cursor, low } as PostgresCursor;
      await db.exec("UPDATE invoices SET note = 'new', updated_at = now() WHERE id = 1");
      expect(await source.look()).toEqual([1]);
      expect(source.isComplete).toBe(true);
    }
  });

  it('misses no transaction that commits late, and waits for none', async () => {
    const db = await database(`${TABLE}; INSERT INTO invoices (id) VALUES (0)`);
    const source = holder(db);
    // It begins before anything else and has no transaction id yet: its now() is older than its id.
    const early = await db.client();
    await early.query('BEGIN');
    await early.query('SELECT now()');
    await source.look();
    await db.exec('INSERT INTO invoices (id) VALUES (1)');
    const open = await db.client();
    await open.query('BEGIN');
    await open.query('INSERT INTO invoices (id) VALUES (2)');
    await db.exec('INSERT INTO invoices (id) VALUES (3)');
    expect((await source.look()).sort()).toEqual([1, 3]);
    expect(await source.look()).toEqual([]);
    await early.query('INSERT INTO invoices (id) VALUES (4)');
    await db.exec('INSERT INTO invoices (id) VALUES (5)');
    expect(await source.look()).toEqual([5]);
    await open.query('COMMIT');
    expect(await source.look()).toEqual([2]);
    for (let i = 0; i < 3; i++) expect(await source.look()).toEqual([]);
    await early.query('COMMIT');
    expect(await source.look()).toEqual([4]);
    expect(await source.look()).toEqual([]);
    expect([...source.given.values()]).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('sees rows that were written in subtransactions', async () => {
    const db = await database(TABLE);
    const source = holder(db);
    await source.look();
    const open = await db.client();
    await open.query('BEGIN');
    await open.query('INSERT INTO invoices (id) VALUES (1)');
    await db.exec('INSERT INTO invoices (id) VALUES (10)');
    for (const id of [2, 3]) {
      await open.query('SAVEPOINT s');
      await open.query(`INSERT INTO invoices (id) VALUES (${id})`);
      await open.query('RELEASE s');
      expect(await source.look()).toEqual(id === 2 ? [10] : []);
    }
    await open.query('SAVEPOINT s');
    await open.query('INSERT INTO invoices (id) VALUES (4)');
    await open.query('ROLLBACK TO s');
    await open.query('COMMIT');
    expect((await source.look()).sort()).toEqual([1, 2, 3]);
    expect(await source.look()).toEqual([]);
  });

  it('misses no prepared transaction', async () => {
    const db = await database(TABLE);
    const source = holder(db);
    await source.look();
    const writer = await db.client();
    await writer.query('BEGIN');
    await writer.query('INSERT INTO invoices (id) VALUES (1)');
    await db.exec('INSERT INTO invoices (id) VALUES (2)');
    expect(await source.look()).toEqual([2]);
    await writer.query(`PREPARE TRANSACTION '${db.name}'`);
    cleanup(() => db.exec(`ROLLBACK PREPARED '${db.name}'`).catch(() => {}));
    await db.exec('INSERT INTO invoices (id) VALUES (3)');
    expect(await source.look()).toEqual([3]);
    expect(await source.look()).toEqual([]);
    await writer.query(`COMMIT PREPARED '${db.name}'`);
    expect(await source.look()).toEqual([1]);
    expect(await source.look()).toEqual([]);
  });

  it('looks only at the end of the index once all earlier transactions have ended', async () => {
    const db = await database(
      `${TABLE}; INSERT INTO invoices (id, updated_at) SELECT g, now() - interval '1 day' + g * interval '1 second' FROM generate_series(1, 1000) g`,
    );
    const source = holder(db);
    await source.look();
    await source.look();
    const [row] = await db.exec('SELECT max(updated_at)::text AS low FROM invoices');
    expect(source.cursor).toMatchObject({ kind: 'transactions', low: row?.['low'] });
  });

  it('learns of soft deletes at once, and of those that are undone', async () => {
    const db = await database(`${TABLE}; INSERT INTO invoices (id) SELECT generate_series(1, 3)`);
    const source = holder(db, on({ table: { ...table, cursor: { ...NEVER, tombstone: 'deleted_at' } } }));
    await source.look();
    await db.exec('UPDATE invoices SET deleted_at = now(), updated_at = now() WHERE id = 2');
    expect(await source.look()).toEqual([]);
    expect(source.last).toMatchObject([{ removed: [{ id: 2 }], complete: false }]);
    expect([...source.held.keys()]).toEqual([1, 3]);
    await db.exec('UPDATE invoices SET deleted_at = null, updated_at = now() WHERE id = 2');
    expect(await source.look()).toEqual([2]);
  });

  it('takes a boolean for the mark, and leaves marked rows out of a sweep', async () => {
    const db = await database(
      'CREATE TABLE t (id int, v int8 DEFAULT txid_current(), gone boolean); INSERT INTO t (id, gone) VALUES (1, true), (2, false), (3, null)',
    );
    const cursor = { column: 'v', tombstone: 'gone' };
    const source = holder(db, on({ table: { name: 't', key: 'id', columns: ['id'], cursor } }));
    expect((await source.look()).sort()).toEqual([2, 3]);
    await db.exec('UPDATE t SET gone = true, v = txid_current() WHERE id = 3');
    await source.look();
    expect([...source.held.keys()]).toEqual([2]);
  });

  it('reads everything again when that is due, and so learns of hard deletes', async () => {
    const db = await database(`${TABLE}; INSERT INTO invoices (id) SELECT generate_series(1, 3)`);
    const source = holder(db, on({ table: { ...table, cursor: { ...NEVER, fullEvery: 60_000 } } }));
    await source.look();
    await db.exec('DELETE FROM invoices WHERE id = 2');
    expect(await source.look()).toEqual([]);
    expect(source.held.size).toBe(3);
    source.cursor = { ...(source.cursor as object), sweptAt: Date.now() - 61_000 } as PostgresCursor;
    expect((await source.look()).sort()).toEqual([1, 3]);
    expect(source.isComplete).toBe(true);
    expect(source.held.size).toBe(2);
  });

  it.each([
    [
      'truncated',
      "TRUNCATE invoices; INSERT INTO invoices (id, updated_at) VALUES (9, now() - interval '1 day')",
    ],
    [
      'replaced',
      `ALTER TABLE invoices RENAME TO old; CREATE TABLE invoices (LIKE old INCLUDING ALL);
      INSERT INTO invoices (id, updated_at) VALUES (9, now() - interval '1 day')`,
    ],
    ['given another column', 'ALTER TABLE invoices ADD COLUMN extra int DEFAULT 5'],
  ])('reads everything again when the table was %s', async (_, change) => {
    const db = await database(`${TABLE}; INSERT INTO invoices (id) VALUES (9)`);
    const source = holder(db);
    await source.look();
    await source.look();
    await db.exec(change);
    expect(await source.look()).toEqual([9]);
    expect(source.isComplete).toBe(true);
  });

  it('reads everything again when it is led to another database', async () => {
    const [one, two] = [
      await database(TABLE),
      await database(`${TABLE}; INSERT INTO invoices (id) VALUES (1)`),
    ];
    const source = holder(one);
    await source.look();
    const other = holder(two);
    other.cursor = source.cursor;
    expect(await other.look()).toEqual([1]);
    expect(other.isComplete).toBe(true);
  });

  it('is bound to the rows of its entity', async () => {
    const db = await database(TABLE);
    const source = holder(db, on({ table: { ...table, where: { customer_id: entity.id } } }));
    await source.look();
    await db.exec("INSERT INTO invoices (id, customer_id) VALUES (1, 'c_42'), (2, 'c_7')");
    expect(await source.look()).toEqual([1]);
  });

  it('works for a statement that selects its transaction', async () => {
    const db = await database(
      `${TABLE}; CREATE TABLE customers (id text, name text); INSERT INTO customers VALUES ('c_42', 'Ada')`,
    );
    const query = sql`SELECT i.id, i.updated_at, i.xmin AS row_version, c.name AS "customer.name"
      FROM invoices i JOIN customers c ON c.id = i.customer_id WHERE c.id = ${entity.id};`;
    const source = holder(db, on({ query, cursor: { column: 'updated_at', version: 'row_version' } }));
    await source.look();
    await db.exec('INSERT INTO invoices (id) VALUES (1)');
    expect(await source.look()).toEqual([1]);
    expect(source.held.get(1)).toMatchObject({ id: 1, customer: { name: 'Ada' } });
    expect(source.held.get(1)).not.toHaveProperty('row_version');
    expect(await source.look()).toEqual([]);
  });

  it('gives nothing twice while a long transaction is open and thousands of others come and go', async () => {
    const db = await database(TABLE);
    const source = holder(db);
    const open = await db.client();
    await open.query('BEGIN');
    await open.query('INSERT INTO invoices (id) VALUES (0)');
    await source.look();
    for (let round = 0; round < 5; round++) {
      const ids = Array.from({ length: 20 }, (_, i) => round * 20 + i + 1);
      for (const id of ids) await db.exec(`INSERT INTO invoices (id) VALUES (${id})`);
      expect((await source.look()).sort()).toEqual(ids.sort());
    }
    await open.query('COMMIT');
    expect(await source.look()).toEqual([0]);
    await source.look();
    expect(source.cursor).toMatchObject({ seen: [] });
    expect([...source.given.values()].every((times) => times === 1)).toBe(true);
  });
});

describe('a cursor with a lag', () => {
  it('gives a row once it is old enough, also of a view', async () => {
    const db = await database(`${TABLE}; CREATE VIEW recent AS SELECT * FROM invoices`);
    const source = holder(db, on({ table: { ...table, name: 'recent', cursor: { ...NEVER, lag: 60_000 } } }));
    await source.look();
    await db.exec(
      "INSERT INTO invoices (id, updated_at) VALUES (1, now()), (2, now() - interval '2 minutes')",
    );
    expect(await source.look()).toEqual([]);
    source.cursor = { ...(source.cursor as object), low: '2000-01-01 00:00:00+00' } as PostgresCursor;
    expect(await source.look()).toEqual([2]);
    expect(await source.look()).toEqual([]);
  });

  it.each(['date', 'text', 'int8', 'time'])(
    'is not taken off a %s, of which it could miss some',
    async (type) => {
      const db = await database(`CREATE TABLE t (id int PRIMARY KEY, at ${type})`);
      const postgres = adapter(db);
      const cursor = { column: 'at', lag: 60_000 };
      for (const query of [
        on({ table: { name: 't', key: 'id', cursor } }),
        on({ query: sql`SELECT * FROM t`, cursor }),
      ])
        expect(postgres.classify(await failure(postgres, query))).toMatchObject({
          kind: 'invalid',
          message: expect.stringMatching(/^The column "at" of the cursor is no timestamp/) as string,
        });
    },
  );

  it('is what a view needs, and the error says so', async () => {
    const db = await database(`${TABLE}; CREATE VIEW recent AS SELECT * FROM invoices`);
    const postgres = adapter(db);
    const error = await failure(postgres, on({ table: { ...table, name: 'recent' } }));
    expect(postgres.classify(error)).toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/view.*lag/) as string,
    });
  });
});
