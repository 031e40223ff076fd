import { describe, expect, it } from 'vitest';
import { sql } from '../src/index';
import { adapter, cleanup, database, failure, on, records } from './support';
import { startWireProxy } from './wire-proxy';

const MIB = 1024 * 1024;

describe('the byte cap of a batch', () => {
  it('ends a load whose rows suddenly grow before they all arrive, and says what to set', async () => {
    const db = await database();
    const url = new URL(db.url);
    const proxy = await startWireProxy({ host: url.hostname, port: Number(url.port) }, () => 'pass');
    cleanup(() => proxy.stop());
    url.port = String(proxy.port);
    const postgres = adapter(db, { connections: { db: { connectionString: url.href } } });
    const text = `SELECT g AS id, repeat('x', CASE WHEN g <= 2000 THEN 1 ELSE ${MIB} END) AS filler
      FROM generate_series(1, 4000) g`;
    const fault = postgres.classify(await failure(postgres, on({ query: { text } })));
    expect(fault).toEqual({
      kind: 'invalid',
      message: expect.stringMatching(
        /^A batch of 2000 rows has more than 64 MiB.*batch\.rows.*batch\.bytes/,
      ) as string,
    });
    // Of nearly 2 GiB: the cap, and what was on its way.
    expect(proxy.sent()).toBeLessThan(80 * MIB);
    const few = on({ query: { text: `${text} WHERE g > 1990 AND g <= 2100` }, batch: { rows: 20 } });
    expect(await records(postgres, few)).toHaveLength(110);
  });

  it('leaves rows of a megabyte alone, from the first batch on', async () => {
    const db = await database();
    const postgres = adapter(db);
    const large = on({
      query: sql`SELECT g AS id, repeat('x', ${MIB}) AS filler FROM generate_series(1, 60) g`,
    });
    expect(await records(postgres, large)).toHaveLength(60);
  });

  it('ends a load of one row that is too large', async () => {
    const db = await database();
    const postgres = adapter(db);
    const query = on({ query: sql`SELECT repeat('x', ${70 * MIB}) AS id`, batch: { rows: 1 } });
    expect(postgres.classify(await failure(postgres, query))).toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/^A row of the source has more than 64 MiB/) as string,
    });
    const raised = { ...query, batch: { rows: 1, bytes: 8 * MIB } };
    expect(await records(postgres, raised)).toHaveLength(1);
  });
});
