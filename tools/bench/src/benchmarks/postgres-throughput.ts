import {
  postgresAdapter,
  type PostgresAdapter,
  type PostgresCursor,
} from '@stateful-workflow/adapter-postgres';
import type { LoadContext } from '@stateful-workflow/core';
import { startPostgres } from '@stateful-workflow/dev-services';
import { Client } from 'pg';
import Cursor from 'pg-cursor';
import type { Benchmark } from '../benchmark';
import { median, spread } from '../measure/statistics';

const ROWS = 1_000_000;
const ROUNDS = 5;
const BATCH = 2_000;
const TEXT = 'SELECT id, customer, total, status, paid, created, note, quantity FROM rows';

/** How many rows a second come through the adapter, over a loop with `pg-cursor` as one writes it. */
export const postgresThroughput: Benchmark = {
  name: 'postgres-throughput',
  title: 'rows per second through the load of the Postgres adapter, over a raw pg-cursor loop',
  unit: '×',
  bar: 0.85,
  better: 'higher',
  run: async (bench) => {
    bench.progress('starting a Postgres server');
    const server = await startPostgres();
    bench.cleanUp('The Postgres server', () => server.stop());
    const client = new Client({ connectionString: server.url() });
    await client.connect();
    bench.cleanUp('The connection', () => client.end());
    bench.progress(`writing ${ROWS} rows of 8 columns`);
    await client.query(SETUP);
    await client.query('VACUUM (FREEZE, ANALYZE) rows');
    const postgres = postgresAdapter({ connections: { db: { connectionString: server.url() } } });
    bench.cleanUp('The adapter', () => postgres.close());
    const contenders = {
      byHand: async () => loop(client),
      adapter: async () => load(postgres),
    };
    const times: Record<keyof typeof contenders, number[]> = { byHand: [], adapter: [] };
    for (let round = 0; round <= ROUNDS; round++) {
      bench.progress(round === 0 ? 'warming up' : `round ${round} of ${ROUNDS}`);
      const order = round % 2 === 0 ? (['byHand', 'adapter'] as const) : (['adapter', 'byHand'] as const);
      for (const name of order) {
        const began = performance.now();
        const rows = await contenders[name]();
        if (rows !== ROWS) throw new Error(`${name} read ${rows} of ${ROWS} rows.`);
        if (round > 0) times[name].push(performance.now() - began);
      }
    }
    const perSecond = (name: keyof typeof contenders): string =>
      `${Math.round(ROWS / (median(times[name]) / 1_000))} rows a second, ${spread(times[name])}`;
    return {
      value: median(times.byHand) / median(times.adapter),
      detail: `by hand ${perSecond('byHand')}; through the adapter ${perSecond('adapter')}; ${ROWS} rows of 8 columns, ${BATCH} at a time; the adapter's load as such, without the work of normalizing what it gives, which is the same for every adapter`,
    };
  },
};

const SETUP = `
CREATE TABLE rows AS SELECT
  g::int8 AS id, (g % 1000)::int4 AS customer, (g * 1.25)::numeric(12, 2) AS total,
  (ARRAY['open', 'due', 'paid'])[g % 3 + 1] AS status, g % 3 = 2 AS paid,
  timestamptz '2026-01-01' + g * interval '1 second' AS created, 'Order number ' || g AS note, (g % 7)::int4 AS quantity
FROM generate_series(1, ${ROWS}) AS g`;

async function loop(client: Client): Promise<number> {
  await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const cursor = client.query(new Cursor<Record<string, unknown>>(TEXT));
  let rows = 0;
  for (let batch = await cursor.read(BATCH); batch.length > 0; batch = await cursor.read(BATCH))
    rows += batch.length;
  await cursor.close();
  await client.query('COMMIT');
  return rows;
}

async function load(postgres: PostgresAdapter): Promise<number> {
  let rows = 0;
  const query = { connection: 'db', query: { text: TEXT }, batch: { rows: BATCH } };
  for await (const page of postgres.load(query, context)) rows += page.records.length;
  return rows;
}

const context: LoadContext<PostgresCursor> = {
  signal: new AbortController().signal,
  entity: { name: 'Customer', id: 'c_42' },
  credential: async () => undefined,
  heartbeat: () => {},
  log: { debug: () => {}, info: () => {}, warn: () => {} },
  metrics: { count: () => {}, duration: () => {} },
};
