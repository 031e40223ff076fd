import { randomUUID } from 'node:crypto';
import { StatefulClient, type StatefulHandle } from '@stateful-workflow/core/client';
import { createRegistry, statefulWorkflow } from '@stateful-workflow/core/worker';
import type {} from '@stateful-workflow/dev-services/vitest';
import { Client as TemporalClient, Connection } from '@temporalio/client';
import {
  bundleWorkflowCode,
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import type { Client } from 'pg';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { installNotifyTrigger, postgresAdapter } from '../src/index';
import { cleanup, database, type Database } from './support';

let code: string;
const taskQueue = `test-${randomUUID()}`;

beforeAll(async () => {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => {}),
    // Payloads of a megabyte are what is tried here.
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
  });
  ({ code } = await bundleWorkflowCode({
    workflowsPath: require.resolve('./workflows/index.ts'),
    logger: new DefaultLogger('ERROR'),
  }));
});

/** A worker with a database, and a client of it. */
async function running(db: Database): Promise<TemporalClient> {
  const address = inject('temporalAddress');
  const [connection, native] = [
    await Connection.connect({ address }),
    await NativeConnection.connect({ address }),
  ];
  const registry = createRegistry([postgresAdapter({ connections: { db: { connectionString: db.url } } })]);
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowBundle: { code },
    plugins: [statefulWorkflow({ registry })],
  });
  const done = worker.run();
  cleanup(async () => {
    worker.shutdown();
    await done;
    await native.close();
    await connection.close();
  });
  return new TemporalClient({ connection });
}

/** Starts a workflow that is terminated after the test. */
async function started(
  client: TemporalClient,
  workflowType: string,
): Promise<{ readonly handle: StatefulHandle<unknown>; readonly id: string }> {
  const id = `c_${randomUUID().slice(0, 8)}`;
  const stateful = new StatefulClient(client, { workflow: workflowType, taskQueue, entityName: 'Customer' });
  const handle = await stateful.start({ id, entityName: 'Customer' });
  cleanup(() => handle.temporal.terminate());
  return { handle, id };
}

/** What a workflow has scheduled so far: activities by name, and timers. */
async function scheduled(handle: StatefulHandle<unknown>): Promise<string[]> {
  const { events } = await handle.temporal.fetchHistory();
  return (events ?? []).flatMap((event) => {
    const activity = event.activityTaskScheduledEventAttributes?.activityType?.name;
    if (activity != null) return activity.startsWith('postgres.') ? [activity] : [];
    return event.timerStartedEventAttributes == null ? [] : ['timer'];
  });
}

const TABLE = `CREATE TABLE invoices (
  id int PRIMARY KEY, customer_id text, v int DEFAULT 0, gone boolean DEFAULT false, updated_at timestamptz DEFAULT now()
); CREATE INDEX ON invoices (updated_at)`;

const invoicesOf = async (handle: StatefulHandle<unknown>): Promise<Record<string, unknown>> =>
  (await handle.state())['Invoice'] ?? {};

describe('in a workflow', () => {
  it('a NOTIFY reaches the state in under two seconds, with no poll in between', async () => {
    const db = await database(
      `${TABLE}; ${installNotifyTrigger({ table: 'invoices', payload: 'customer_id' })}`,
    );
    const { handle, id } = await started(await running(db), 'NotifiedWorkflow');
    await handle.refresh();
    // It is loaded, and the watch that follows waits for a word.
    await expect
      .poll(async () => (await scheduled(handle)).at(-1), { timeout: 20_000 })
      .toBe('postgres.waitForChange');
    const before = await scheduled(handle);
    const listening =
      "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    await expect.poll(() => db.exec(listening)).toEqual([{ state: 'idle' }]);
    const began = performance.now();
    await db.exec('INSERT INTO invoices (id, customer_id) VALUES (7, $1)', [id]);
    await expect.poll(() => invoicesOf(handle), { interval: 20, timeout: 10_000 }).toHaveProperty('7');
    expect(performance.now() - began).toBeLessThan(2_000);
    // The watch that was under way brought it: nothing but the next watch was scheduled since, and no timer at all.
    expect(
      (await scheduled(handle)).slice(before.length).filter((name) => name !== 'postgres.waitForChange'),
    ).toEqual([]);
  });

  it('50,000 rows from 8 connections, committed out of order, are all in the state in the end', async () => {
    const db = await database(TABLE);
    const { handle } = await started(await running(db), 'LookingWorkflow');
    await Promise.all(Array.from({ length: 8 }, async (_, writer) => write(await db.client(), writer)));
    const rows = await db.exec('SELECT id, v FROM invoices WHERE NOT gone');
    expect(rows).toHaveLength(50_000 - 8 * 50 * 2);
    const table = Object.fromEntries(rows.map((row) => [String(row['id']), row]));
    await expect
      .poll(async () => Object.keys(await invoicesOf(handle)).length, { timeout: 60_000, interval: 500 })
      .toBe(rows.length);
    await expect.poll(() => invoicesOf(handle), { timeout: 20_000, interval: 500 }).toEqual(table);
    const { invoices } = await handle.sources();
    expect(invoices?.checkpoint).toMatchObject({ cursor: { kind: 'transactions' } });
  }, 150_000);
});

/** Writes 6,250 rows in 50 transactions; each takes its time, writes to rows of the one before, and marks some. */
async function write(client: Client, writer: number): Promise<void> {
  const first = writer * 6_250 + 1;
  for (let round = 0; round < 50; round++) {
    const from = first + round * 125;
    await client.query('BEGIN');
    // Some begin long before their first write: now() is then older than their transaction id.
    await client.query('SELECT pg_sleep($1)', [((writer * 7 + round * 3) % 10) / 100]);
    await client.query('INSERT INTO invoices (id) SELECT generate_series($1::int, $1::int + 124)', [from]);
    if (round % 5 === 4) await client.query('SAVEPOINT s');
    await client.query(
      'UPDATE invoices SET v = v + 1, updated_at = now() WHERE id BETWEEN $1::int AND $1::int + 9',
      [from - (round > 0 ? 125 : 0)],
    );
    await client.query(
      'UPDATE invoices SET gone = true, updated_at = now() WHERE id BETWEEN $1::int + 20 AND $1::int + 21',
      [from],
    );
    await client.query('SELECT pg_sleep($1)', [((writer * 3 + round * 7) % 10) / 100]);
    await client.query('COMMIT');
  }
}
