import { describe, expect, it } from 'vitest';
import { entity, identifier, sql } from '../src/index';
import { adapter, database, failure, loadContext, on, readAll, records } from './support';

const INVOICES = `
CREATE TABLE invoices (id int PRIMARY KEY, customer_id text NOT NULL, total numeric(10,2), paid boolean);
INSERT INTO invoices VALUES (1, 'c_42', 10.50, true), (2, 'c_42', 99.90, false), (3, 'c_7', 1, null)`;

describe('a query', () => {
  it('takes parameters from the entity, apart from the statement', async () => {
    const db = await database(INVOICES);
    const query = on({
      query: sql`SELECT id, total FROM ${identifier('public', 'invoices')} WHERE customer_id = ${entity.id} AND id = ANY(${[1, 2, 3]}) ORDER BY id`,
    });
    const context = loadContext();
    expect(await readAll(adapter(db), query, context)).toEqual([
      {
        records: [
          { id: 1, total: '10.50' },
          { id: 2, total: '99.90' },
        ],
        complete: true,
      },
    ]);
    expect(context.seen.heartbeats).toEqual([{ kind: 'progress', rows: 2 }]);
    expect(context.seen.counts.get('postgres_rows')).toBe(2);
    const evil = loadContext({ entity: { name: 'Customer', id: "x' OR true; DROP TABLE invoices; --" } });
    expect(await records(adapter(db), query, evil)).toEqual([]);
    expect(await db.exec('SELECT count(*)::int AS n FROM invoices')).toEqual([{ n: 3 }]);
  });

  it('gives one complete page without records when there are none', async () => {
    const db = await database(INVOICES);
    const query = on({ query: { text: 'SELECT id FROM invoices WHERE false;' } });
    expect(await readAll(adapter(db), query)).toEqual([{ records: [], complete: true }]);
  });

  it('makes objects of dotted columns, and null of a join that found nothing', async () => {
    const db = await database(INVOICES);
    const text = `SELECT i.id, c.id AS "customer.id", c.name AS "customer.name", c.street AS "customer.address.street"
      FROM invoices i LEFT JOIN (VALUES ('c_42', 'Ada', null)) AS c (id, name, street) ON c.id = i.customer_id ORDER BY 1`;
    expect(await records(adapter(db), on({ query: { text } }))).toEqual([
      { id: 1, customer: { id: 'c_42', name: 'Ada', address: null } },
      { id: 2, customer: { id: 'c_42', name: 'Ada', address: null } },
      { id: 3, customer: null },
    ]);
  });

  it('takes relations from JSON aggregates', async () => {
    const db = await database(INVOICES);
    const text =
      "SELECT customer_id AS id, json_agg(json_build_object('id', id, 'total', total) ORDER BY id) AS invoices FROM invoices GROUP BY 1 ORDER BY 1";
    expect(await records(adapter(db), on({ query: { text } }))).toEqual([
      {
        id: 'c_42',
        invoices: [
          { id: 1, total: 10.5 },
          { id: 2, total: 99.9 },
        ],
      },
      { id: 'c_7', invoices: [{ id: 3, total: 1 }] },
    ]);
  });

  it('gives columns with the names that every object has as fields, and touches no prototype', async () => {
    const text = `SELECT 1 AS id, 25 AS "constructor.points", 1 AS "toString", 2 AS "hasOwnProperty.x.y",
      3 AS "prototype.a", NULL AS "valueOf.b", 4 AS "a.constructor.prototype.b"`;
    const before = [Object.prototype, Object, Function.prototype].map((each) => Reflect.ownKeys(each));
    const record = (await records(adapter(await database(INVOICES)), on({ query: { text } })))[0];
    expect(record).toEqual({
      id: 1,
      constructor: { points: 25 },
      toString: 1,
      hasOwnProperty: { x: { y: 2 } },
      prototype: { a: 3 },
      valueOf: null,
      a: { constructor: { prototype: { b: 4 } } },
    });
    expect([Object.prototype, Object, Function.prototype].map((each) => Reflect.ownKeys(each))).toEqual(
      before,
    );
  });

  it('keeps the null of a field whose object has others', async () => {
    const text = 'SELECT 1 AS id, NULL AS "a.x", 2 AS "a.y", NULL AS "b.x", NULL AS "b.c.y"';
    expect(await records(adapter(await database(INVOICES)), on({ query: { text } }))).toEqual([
      { id: 1, a: { x: null, y: 2 }, b: null },
    ]);
  });

  it.each([
    ['SELECT id, id FROM invoices', /Two columns of the source are named "id"/],
    ['SELECT 1 AS a, 2 AS "a.b"', /"a\.b" is a field of "a"/],
    ['SELECT 1 AS "__proto__"', /"__proto__" names the prototype/],
    ['SELECT 1 AS "__proto__.p"', /"__proto__\.p" names the prototype/],
    ['SELECT 1 AS "a.__proto__.p"', /"a\.__proto__\.p" names the prototype/],
  ])('refuses columns that would hide each other: %s', async (text, message) => {
    const postgres = adapter(await database(INVOICES));
    const error = await failure(postgres, on({ query: { text } }));
    expect(error.message).toMatch(message);
    expect(postgres.classify(error).kind).toBe('invalid');
  });

  it.each([
    'SELECT 1; SELECT 2',
    'SELECT 1; COMMIT; DELETE FROM invoices',
    'DELETE FROM invoices RETURNING id',
    'WITH gone AS (DELETE FROM invoices RETURNING id) SELECT * FROM gone',
    'UPDATE invoices SET paid = true',
    'COMMIT',
    'COPY invoices TO STDOUT',
    'SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE',
    'SELECT pay()',
    "SELECT set_config('transaction_read_only', 'off', false), pay()",
    'SELECT id FROM invoices FOR UPDATE',
    "DO 'BEGIN DELETE FROM invoices; END'",
    'CALL pay_all()',
    '',
  ])('only reads: %j is refused', async (text) => {
    const db = await database(`${INVOICES};
      CREATE FUNCTION pay() RETURNS int LANGUAGE sql AS 'UPDATE invoices SET paid = true RETURNING id';
      CREATE PROCEDURE pay_all() LANGUAGE sql AS 'UPDATE invoices SET paid = true'`);
    const postgres = adapter(db, { connections: { db: { connectionString: db.url, max: 1 } } });
    expect(postgres.classify(await failure(postgres, on({ query: { text } }))).kind).toBe('invalid');
    expect(await db.exec('SELECT id, paid FROM invoices ORDER BY 1')).toEqual([
      { id: 1, paid: true },
      { id: 2, paid: false },
      { id: 3, paid: null },
    ]);
    // The connection is as good as before.
    expect(await records(postgres, on({ query: sql`SELECT 1 AS id` }))).toEqual([{ id: 1 }]);
  });
});

describe('a table', () => {
  it('gives its columns, renamed, of the rows that fit', async () => {
    const db = await database(INVOICES);
    const table = {
      name: 'public.invoices',
      key: 'id',
      columns: { id: 'id', amount: 'total' },
      where: { customer_id: entity.id, paid: [true, false] },
      filter: sql`total > ${20}`,
    };
    expect(await records(adapter(db), on({ table }))).toEqual([{ id: 2, amount: '99.90' }]);
    const open = { name: ['public', 'invoices'] as const, key: 'id', columns: ['id'], where: { paid: null } };
    expect(await records(adapter(db), on({ table: open }))).toEqual([{ id: 3 }]);
  });

  it('quotes what it names', async () => {
    const db = await database(
      'CREATE TABLE "odd.t""able" ("Id" int, "a""b" text); INSERT INTO "odd.t""able" VALUES (1, \'x\')',
    );
    const table = { name: ['public', 'odd.t"able'] as const, key: 'Id', where: { 'a"b': 'x' } };
    expect(await records(adapter(db), on({ table }))).toEqual([{ Id: 1, 'a"b': 'x' }]);
  });
});

describe('batches', () => {
  it('are bounded in rows and bytes, and add up to every row', async () => {
    const db = await database(
      "CREATE TABLE big AS SELECT g AS id, repeat('x', 10000) AS filler FROM generate_series(1, 2000) g",
    );
    const pages = await readAll(
      adapter(db),
      on({ table: { name: 'big', key: 'id' }, batch: { bytes: 1_000_000 } }),
    );
    expect(pages.flatMap(({ records: all }) => all)).toHaveLength(2_000);
    expect(Math.max(...pages.map(({ records: all }) => all.length))).toBeLessThan(110);
    expect(pages.map(({ complete }) => complete).indexOf(true)).toBe(pages.length - 1);
    const rows = await readAll(
      adapter(db),
      on({ table: { name: 'big', key: 'id', columns: ['id'] }, batch: { rows: 500 } }),
    );
    expect(Math.max(...rows.map(({ records: all }) => all.length))).toBe(500);
    expect(
      new Set(rows.flatMap(({ records: all }) => all.map((row) => (row as { id: number }).id))).size,
    ).toBe(2_000);
  });
});
