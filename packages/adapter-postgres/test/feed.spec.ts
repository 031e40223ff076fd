import type { Page } from '@stateful-workflow/core';
import { describe, expect, it } from 'vitest';
import type { PostgresAdapter, PostgresCursor, PostgresQuery } from '../src/index';
import { adapter, cleanup, database, type Database, failure, loadContext, on } from './support';

const TABLE = `
CREATE TABLE invoices (id int8 PRIMARY KEY, customer_id text DEFAULT 'c_42', note text, big text);
CREATE TABLE others (id int8 PRIMARY KEY);
CREATE PUBLICATION feed FOR TABLE invoices, others`;
const table = {
  name: 'invoices',
  key: 'id',
  columns: ['id', 'note'],
  where: { customer_id: { entity: 'id' as const } },
};
const query = on({ table, feed: 'logical', publication: 'feed' });
const SLOTS =
  'SELECT slot_name AS name, confirmed_flush_lsn::text AS lsn FROM pg_replication_slots WHERE database = current_database()';

async function feedDatabase(setup = TABLE): Promise<Database> {
  const db = await database(setup);
  cleanup(() =>
    db.exec(
      'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()',
    ),
  );
  return db;
}

/** Loads a feed again and again, as a workflow would. */
class Feed {
  cursor: PostgresCursor | undefined;
  last: readonly Page<PostgresCursor>[] = [];
  readonly warnings: string[] = [];
  constructor(
    readonly postgres: PostgresAdapter,
    readonly asked: PostgresQuery = query,
  ) {}

  /** @param keep whether the workflow takes it in */
  async look(keep = true): Promise<{ given: unknown[]; removed: unknown[]; complete: boolean }> {
    const pages: Page<PostgresCursor>[] = [];
    const context = loadContext(this.cursor && { cursor: this.cursor });
    for await (const page of this.postgres.load(this.asked, context)) pages.push(page);
    this.warnings.push(...context.seen.warnings);
    if (keep) this.cursor = pages.at(-1)?.cursor;
    return {
      given: pages.flatMap((page) => page.records),
      removed: pages.flatMap((page) => page.removed ?? []),
      complete: pages.at(-1)?.complete === true,
    };
  }
}

const nothing = { given: [], removed: [], complete: false };

describe('a logical feed', () => {
  it('reads everything once, then what the log says: rows as they are now, and those that went', async () => {
    const db = await feedDatabase(`${TABLE}; INSERT INTO invoices (id, note) VALUES (1, 'a'), (2, 'b')`);
    const feed = new Feed(adapter(db));
    expect(await feed.look()).toMatchObject({ given: [{ id: '1' }, { id: '2' }], complete: true });
    expect(await feed.look()).toEqual(nothing);
    await db.exec("UPDATE invoices SET note = 'c' WHERE id = 1");
    await db.exec("UPDATE invoices SET note = 'd' WHERE id = 1");
    await db.exec('DELETE FROM invoices WHERE id = 2');
    await db.exec("INSERT INTO invoices (id, note) VALUES (9007199254740993, 'exact')");
    expect(await feed.look()).toEqual({
      given: [
        { id: '1', note: 'd' },
        { id: '9007199254740993', note: 'exact' },
      ],
      removed: [{ id: '2' }],
      complete: false,
    });
    expect(await feed.look()).toEqual(nothing);
  });

  it('knows rows that leave or come to its entity, keys that change, and other tables of the publication', async () => {
    const db = await feedDatabase(
      `${TABLE}; INSERT INTO invoices (id, customer_id) VALUES (1, 'c_42'), (2, 'c_7'), (3, 'c_42')`,
    );
    const feed = new Feed(adapter(db));
    await feed.look();
    await db.exec("UPDATE invoices SET customer_id = 'c_7' WHERE id = 1");
    await db.exec("UPDATE invoices SET customer_id = 'c_42' WHERE id = 2");
    await db.exec('UPDATE invoices SET id = 30 WHERE id = 3');
    await db.exec('INSERT INTO others VALUES (30), (77)');
    const { given, removed } = await feed.look();
    expect(given).toEqual([
      { id: '2', note: null },
      { id: '30', note: null },
    ]);
    expect(removed).toEqual([{ id: '1' }, { id: '3' }]);
  });

  it('gives again what was not taken in: the slot moves on with the checkpoint only', async () => {
    const db = await feedDatabase();
    const feed = new Feed(adapter(db));
    await feed.look();
    await db.exec('INSERT INTO invoices (id) VALUES (1)');
    for (let i = 0; i < 3; i++) expect((await feed.look(false)).given).toEqual([{ id: '1', note: null }]);
    expect((await feed.look()).given).toHaveLength(1);
    expect(await feed.look()).toEqual(nothing);
  });

  it('misses no transaction that commits late', async () => {
    const db = await feedDatabase();
    const feed = new Feed(adapter(db));
    await feed.look();
    const open = await db.client();
    await open.query('BEGIN; INSERT INTO invoices (id) VALUES (1)');
    await db.exec('INSERT INTO invoices (id) VALUES (2)');
    expect((await feed.look()).given).toEqual([{ id: '2', note: null }]);
    await open.query('COMMIT');
    expect((await feed.look()).given).toEqual([{ id: '1', note: null }]);
  });

  it('lets the log go while its table is idle', async () => {
    const db = await feedDatabase(`${TABLE}; CREATE TABLE noise (x text)`);
    const feed = new Feed(adapter(db));
    await feed.look();
    const [before] = await db.exec(SLOTS);
    await db.exec("INSERT INTO noise SELECT repeat('x', 1000) FROM generate_series(1, 1000)");
    await feed.look();
    await feed.look();
    const [after] = await db.exec(SLOTS);
    const [row] = await db.exec('SELECT $1::pg_lsn - $2::pg_lsn > 1000000 AS moved', [
      after?.['lsn'],
      before?.['lsn'],
    ]);
    expect(row).toEqual({ moved: true });
  });

  it.each([
    [
      'its slot is lost',
      'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()',
    ],
    ['the table is truncated', 'TRUNCATE invoices'],
    [
      'its slot was moved on',
      'SELECT pg_replication_slot_advance(slot_name, pg_current_wal_flush_lsn()) FROM pg_replication_slots WHERE database = current_database()',
    ],
  ])('reads everything again when %s', async (_, change) => {
    const db = await feedDatabase(`${TABLE}; INSERT INTO invoices (id) VALUES (1)`);
    const feed = new Feed(adapter(db));
    await feed.look();
    await db.exec('INSERT INTO invoices (id) VALUES (2)');
    await db.exec(change);
    await db.exec('INSERT INTO invoices (id) VALUES (3)');
    const { given, complete } = await feed.look();
    expect(complete).toBe(true);
    expect(given).toContainEqual({ id: '3', note: null });
    expect(await feed.look()).toEqual(nothing);
  });

  it('reads everything anew where one transaction has more than a look takes', async () => {
    const db = await feedDatabase();
    const feed = new Feed(adapter(db));
    expect(await feed.look()).toMatchObject({ given: [], complete: true });
    // As the log has it, 80 MB; values that are alike take little room in the table.
    await db.exec(
      "INSERT INTO invoices (id, note, big) SELECT i, 'n', repeat('x', 100000) FROM generate_series(1, 800) i",
    );
    const { given, removed, complete } = await feed.look();
    expect({ count: given.length, removed, complete }).toEqual({ count: 800, removed: [], complete: true });
    expect(feed.warnings).toEqual([expect.stringMatching(/more changes than one look takes/)]);
    await db.exec('DELETE FROM invoices WHERE id = 7');
    expect(await feed.look()).toEqual({ given: [], removed: [{ id: '7' }], complete: false });
    expect(await db.exec(SLOTS)).toHaveLength(1);
  });

  it('takes a key of several columns, and one of any type', async () => {
    const db = await feedDatabase(
      `CREATE TABLE t (day date, no numeric, x int, PRIMARY KEY (day, no)); CREATE PUBLICATION feed FOR TABLE t`,
    );
    const asked = on({
      table: { name: 't', key: ['day', 'no'], columns: { at: 'day', no: 'no' } },
      feed: 'logical',
      publication: 'feed',
    });
    const feed = new Feed(adapter(db), asked);
    await feed.look();
    await db.exec("INSERT INTO t VALUES ('2026-01-31', 1.50, 0), ('2026-02-01', 2, 0)");
    expect((await feed.look()).given).toEqual([
      { at: '2026-01-31', no: '1.50' },
      { at: '2026-02-01', no: '2' },
    ]);
    await db.exec('DELETE FROM t WHERE no = 1.50');
    expect((await feed.look()).removed).toEqual([{ at: '2026-01-31', no: '1.50' }]);
  });

  it('says what is missing: a key in the log, a publication', async () => {
    const db = await feedDatabase(`${TABLE}; ALTER TABLE invoices ADD code text`);
    const postgres = adapter(db);
    const feed = new Feed(
      postgres,
      on({ table: { name: 'invoices', key: 'code' }, feed: 'logical', publication: 'feed' }),
    );
    await feed.look();
    await db.exec("INSERT INTO invoices (id, code) VALUES (1, 'x')");
    await feed.look();
    await db.exec('DELETE FROM invoices');
    const error = await failure(postgres, feed.asked, loadContext({ cursor: feed.cursor as PostgresCursor }));
    expect(postgres.classify(error)).toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('REPLICA IDENTITY FULL') as string,
    });
    const without = on({ table, feed: 'logical', publication: 'not_there' });
    expect(postgres.classify(await failure(postgres, without))).toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('no publication "not_there"') as string,
    });
  });
});
