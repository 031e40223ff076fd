import {
  postgresAdapter,
  type PostgresAdapter,
  type PostgresCursor,
} from '@stateful-workflow/adapter-postgres';
import { defineSchema, type LoadContext, many } from '@stateful-workflow/core';
import { createRegistry, registryActivities } from '@stateful-workflow/core/worker';
import { startPostgres } from '@stateful-workflow/dev-services';
import { MockActivityEnvironment } from '@temporalio/testing';
import { Client } from 'pg';
import Cursor from 'pg-cursor';
import type { Bench, Benchmark } from '../benchmark';
import { median, spread } from '../measure/statistics';

const ROWS = 1_000_000;
/** So many of them go through the whole activity: as entities, more would not be let into a workflow. */
const ENTITIES = 100_000;
const ROUNDS = 5;
const BATCH = 2_000;
const TEXT = 'SELECT id, customer, total, status, paid, created, note, quantity FROM rows';
const FIRST = `${TEXT} WHERE id <= ${ENTITIES}`;

/**
 * How many rows a second come through the adapter's load, over a loop with `pg-cursor` as one writes it. The detail
 * says it also of the whole `postgres.loadData` activity, which makes entities of the rows, their digest and what
 * travels: work that a loop leaves undone.
 */
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
    const registry = createRegistry([postgres]);
    const activity = registryActivities(registry, { maxLoadBytes: 1024 ** 3 })['postgres.loadData'];
    const whole = await compared(bench, ROWS, {
      byHand: () => loop(client, TEXT),
      ours: () => load(postgres),
    });
    const entities = await compared(bench, ENTITIES, {
      byHand: () => loop(client, FIRST),
      ours: () => loadEntities(activity as Activity),
    });
    const perSecond = (times: readonly number[]): string =>
      `${Math.round(ROWS / (median(times) / 1_000))} rows a second, ${spread(times)}`;
    return {
      value: median(whole.byHand) / median(whole.ours),
      detail: [
        `by hand ${perSecond(whole.byHand)}; through the adapter ${perSecond(whole.ours)}; ${ROWS} rows of 8 columns, ${BATCH} at a time`,
        `the whole activity, which also makes entities and their digest, on ${ENTITIES} of the rows: ${(median(entities.byHand) / median(entities.ours)).toFixed(2)}× (${spread(entities.ours)}, by hand ${spread(entities.byHand)})`,
      ].join('; '),
    };
  },
};

type Contenders = Readonly<Record<'byHand' | 'ours', () => Promise<number>>>;

/** Lets both read so many rows, turn and turn about, after a round to warm up. @returns how long each round took */
async function compared(
  bench: Bench,
  rows: number,
  contenders: Contenders,
): Promise<Record<keyof Contenders, number[]>> {
  const times: Record<keyof Contenders, number[]> = { byHand: [], ours: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    bench.progress(`${rows} rows: ${round === 0 ? 'warming up' : `round ${round} of ${ROUNDS}`}`);
    const order = round % 2 === 0 ? (['byHand', 'ours'] as const) : (['ours', 'byHand'] as const);
    for (const name of order) {
      const began = performance.now();
      const read = await contenders[name]();
      if (read !== rows) throw new Error(`${name} read ${read} of ${rows} rows.`);
      if (round > 0) times[name].push(performance.now() - began);
    }
  }
  return times;
}

const SETUP = `
CREATE TABLE rows AS SELECT
  g::int8 AS id, (g % 1000)::int4 AS customer, (g * 1.25)::numeric(12, 2) AS total,
  (ARRAY['open', 'due', 'paid'])[g % 3 + 1] AS status, g % 3 = 2 AS paid,
  timestamptz '2026-01-01' + g * interval '1 second' AS created, 'Order number ' || g AS note, (g % 7)::int4 AS quantity
FROM generate_series(1, ${ROWS}) AS g`;

async function loop(client: Client, text: string): Promise<number> {
  await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const cursor = client.query(new Cursor<Record<string, unknown>>(text));
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

type Activity = (request: unknown) => Promise<unknown>;

const REQUEST = {
  source: 'rows',
  query: { connection: 'db', query: { text: FIRST }, batch: { rows: BATCH } },
  entity: { name: 'Ledger', id: 'l_1' },
  schema: defineSchema({ Ledger: { relations: { rows: many('Row') } }, Row: {} }),
  into: 'rows',
};

/** @returns how many rows the activity was asked for */
async function loadEntities(activity: Activity): Promise<number> {
  const environment = new MockActivityEnvironment({ startToCloseTimeoutMs: 600_000 });
  const result = await environment.run(activity, REQUEST);
  const { outcome } = result as { readonly outcome: string };
  if (outcome !== 'part') throw new Error(`postgres.loadData gave "${outcome}"`);
  return ENTITIES;
}

const context: LoadContext<PostgresCursor> = {
  signal: new AbortController().signal,
  entity: { name: 'Customer', id: 'c_42' },
  credential: async () => undefined,
  heartbeat: () => {},
  log: { debug: () => {}, info: () => {}, warn: () => {} },
  metrics: { count: () => {}, duration: () => {} },
};
