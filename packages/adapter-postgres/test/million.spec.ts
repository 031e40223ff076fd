import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { cleanup, database } from './support';

const ROWS = 1_000_000;

// In a process of its own, with so little memory that holding the rows would end it, and nothing else in its heap.
const LOAD = `
const { postgresAdapter } = require(process.argv[1]);
(async () => {
  const postgres = postgresAdapter({ connections: { db: { connectionString: process.env.DATABASE_URL } } });
  const context = {
    signal: new AbortController().signal, entity: { name: 'Customer', id: 'c_42' },
    credential: async () => undefined, heartbeat: () => {},
    log: { debug() {}, info() {}, warn() {} }, metrics: { count() {}, duration() {} },
  };
  let rows = 0, sum = 0, peak = 0;
  for await (const page of postgres.load({ connection: 'db', table: { name: 'rows', key: 'id' } }, context)) {
    rows += page.records.length;
    for (const record of page.records) sum += record.id;
    peak = Math.max(peak, process.memoryUsage().heapUsed);
  }
  await postgres.close();
  console.log(JSON.stringify({ rows, sum, peak }));
})();`;

describe('a million rows', () => {
  it('come through one load in bounded memory', async ({ annotate }) => {
    const db = await database(
      `CREATE TABLE rows AS SELECT g AS id, 'Order ' || g AS note, g % 7 AS quantity, now() AS at FROM generate_series(1, ${ROWS}) g`,
    );
    cleanup(() => db.exec('DROP TABLE rows'));
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--max-old-space-size=128', '-e', LOAD, join(__dirname, '..')],
      { env: { ...process.env, NODE_OPTIONS: '', DATABASE_URL: db.url } },
    );
    const { rows, sum, peak } = JSON.parse(stdout) as Record<'rows' | 'sum' | 'peak', number>;
    await annotate(`peak of the heap: ${Math.round(peak / 2 ** 20)} MiB`);
    expect({ rows, sum }).toEqual({ rows: ROWS, sum: (ROWS * (ROWS + 1)) / 2 });
    expect(peak).toBeLessThan(100 * 2 ** 20);
  });
});
