import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { adapter, database, failure, loadContext, on, readAll, records } from './support';

const INVOICES = `
CREATE TABLE invoices (id int PRIMARY KEY, total numeric(10,2), due date);
INSERT INTO invoices SELECT g, g * 10, '2026-01-31' FROM generate_series(0, 99) g`;

const invoice = z.object({
  id: z.number(),
  total: z.string().transform(Number),
  due: z.iso.date(),
  paid: z.boolean().default(false),
});
const query = on({
  table: { name: 'invoices', key: 'id' },
  schema: 'invoice',
  batch: { rows: 10 },
});

describe('a row schema', () => {
  it('makes records what it says: values transformed, defaults filled in', async () => {
    const db = await database(INVOICES);
    const all = await records(adapter(db, { schemas: { invoice } }), query);
    expect(all).toHaveLength(100);
    expect(all[3]).toEqual({ id: 3, total: 30, due: '2026-01-31', paid: false });
  });

  it('may take its time', async () => {
    const db = await database(INVOICES);
    const slow = invoice.refine(async () => Promise.resolve(true));
    expect(await records(adapter(db, { schemas: { invoice: slow } }), query)).toHaveLength(100);
  });

  it('fails the load at the first row that does not fit, and names the row and its fields, not their values', async () => {
    const db = await database(INVOICES);
    await db.exec("UPDATE invoices SET total = NULL, due = 'infinity' WHERE id = 42");
    const postgres = adapter(db, { schemas: { invoice } });
    // An update moves a row to the end of its table.
    const ordered = { ...query, table: undefined, query: { text: 'SELECT * FROM invoices ORDER BY id' } };
    const context = loadContext();
    const error = await failure(postgres, ordered, context);
    expect(postgres.classify(error)).toEqual({
      kind: 'invalid',
      message: expect.stringMatching(
        /^Row 42 does not fit the row schema "invoice" \(total: .*; due: .*\)\. Correct the row, the statement or the schema\.$/,
      ) as string,
    });
    expect(error.message).not.toContain('infinity');
    // The batches before it were whole.
    expect(context.seen.heartbeats).toHaveLength(4);
    await db.exec("UPDATE invoices SET total = 420, due = '2026-02-01' WHERE id = 42");
    expect(await readAll(postgres, ordered)).toMatchObject({ length: 11 });
  });

  it('that nobody registered fails the load before it connects, and names those that are there', async () => {
    const db = await database();
    const postgres = adapter(db, {
      connections: { db: { host: '127.0.0.1', port: 1 } },
      schemas: { invoice, order: z.unknown() },
    });
    const unknown = { ...query, schema: 'toString' };
    expect(postgres.classify(await failure(postgres, unknown))).toEqual({
      kind: 'invalid',
      message: expect.stringMatching(
        /row schema "toString".*registered: invoice, order\. Add it to schemas/,
      ) as string,
    });
    const none = adapter(db);
    expect(none.classify(await failure(none, query)).message).toMatch(/registered: none/);
  });
});
