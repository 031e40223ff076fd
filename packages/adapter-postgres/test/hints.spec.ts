import { credentialOf } from '@stateful-workflow/adapter-testkit';
import { describe, expect, it } from 'vitest';
import { entity, installNotifyTrigger, type PostgresQuery } from '../src/index';
import { adapter, cleanup, database, type Database, loadContext, on, records } from './support';
import { startWireProxy } from './wire-proxy';

const TABLE = 'CREATE TABLE invoices (id int PRIMARY KEY, customer_id text, note text)';
const query = on({
  table: { name: 'invoices', key: 'id' },
  notify: { channel: 'invoices_changed', payload: entity.id },
});
const LISTENING =
  "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";

/** Waits for a hint; gives what came of it once asked. */
function waiting(
  postgres: ReturnType<typeof adapter>,
  context = loadContext(),
  asked: PostgresQuery = query,
) {
  const controller = new AbortController();
  let state = 'waiting';
  const done = postgres.waitForHint(asked, { ...context, signal: controller.signal }).then(
    () => (state = 'hinted'),
    (error: unknown) => (state = String(error)),
  );
  return { controller, done, state: () => state };
}

/** Returns once what the server has sent before has been heard. */
const settle = async (db: Database): Promise<void> => {
  await db.exec('SELECT 1');
  await new Promise((resolve) => setTimeout(resolve, 100));
};

describe('installNotifyTrigger', () => {
  it('notifies of each change with the payload of the row, of both when it moves, and can be applied again', async () => {
    const db = await database(TABLE);
    const migration = installNotifyTrigger({ table: 'public.invoices', payload: 'customer_id' });
    for (let i = 0; i < 2; i++) await db.exec(migration);
    const listener = await db.client();
    const heard: string[] = [];
    listener.on('notification', ({ channel, payload }) => heard.push(`${channel}:${payload}`));
    await listener.query('LISTEN invoices_changed');
    await db.exec("INSERT INTO invoices VALUES (1, 'c_1', ''), (2, 'c_1', ''), (3, 'c_2', '')");
    await db.exec("UPDATE invoices SET customer_id = 'c_3' WHERE id = 3");
    await db.exec('DELETE FROM invoices WHERE id = 3');
    await db.exec('INSERT INTO invoices VALUES (4, null)');
    await db.exec('TRUNCATE invoices');
    await expect
      .poll(() => heard)
      .toEqual(['c_1', 'c_2', 'c_2', 'c_3', 'c_3', '', ''].map((payload) => `invoices_changed:${payload}`));
  });

  it('can do without a payload, and quotes every name', async () => {
    const db = await database(`CREATE TABLE "odd's.t""able" (id int)`);
    await db.exec(installNotifyTrigger({ table: ['public', 'odd\'s.t"able'], channel: "it's" }));
    const listener = await db.client();
    const heard: unknown[] = [];
    listener.on('notification', (message) => heard.push(message.channel));
    await listener.query('LISTEN "it\'s"');
    await db.exec(`INSERT INTO "odd's.t""able" SELECT generate_series(1, 5)`);
    await expect.poll(() => heard).toEqual(["it's"]);
  });
});

describe('a pooler', () => {
  /** A database behind a proxy that is one. */
  async function pooled(carries: 'no notifications' | 'as a session') {
    const db = await database(
      `${TABLE}; ${installNotifyTrigger({ table: 'invoices', payload: 'customer_id' })}`,
    );
    const url = new URL(db.url);
    const proxy = await startWireProxy({ host: url.hostname, port: Number(url.port) }, () => 'pass', carries);
    cleanup(() => proxy.stop());
    url.port = String(proxy.port);
    return { db, postgres: adapter({ ...db, url: url.href }) };
  }

  it('that carries no notifications is told of, with what to do, and is not tried at every look', async () => {
    const { postgres } = await pooled('no notifications');
    const context = loadContext();
    expect(await records(postgres, query, context)).toEqual([]);
    expect(context.seen.warnings).toEqual([
      expect.stringMatching(/^Cannot listen for notifications; a watch looks at its interval instead/),
    ]);
    const began = performance.now();
    await expect(postgres.waitForHint(query, context)).rejects.toThrow(
      /a pooler that carries no notifications.*leads to the server itself.*leave notify out/,
    );
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('that carries them is heard through', async () => {
    const { db, postgres } = await pooled('as a session');
    const context = loadContext();
    await records(postgres, query, context);
    expect(context.seen.warnings).toEqual([]);
    const wait = waiting(postgres, context);
    await db.exec("INSERT INTO invoices VALUES (1, 'c_42', '')");
    await wait.done;
    expect(wait.state()).toBe('hinted');
  });
});

describe('waitForHint', () => {
  it('is over when a notification for the entity comes, and only then', async () => {
    const db = await database(
      `${TABLE}; ${installNotifyTrigger({ table: 'invoices', payload: 'customer_id' })}`,
    );
    const postgres = adapter(db);
    await records(postgres, query);
    const wait = waiting(postgres);
    await db.exec("INSERT INTO invoices VALUES (1, 'c_7')");
    await settle(db);
    expect(wait.state()).toBe('waiting');
    await db.exec("INSERT INTO invoices VALUES (2, 'c_42')");
    await wait.done;
    expect(wait.state()).toBe('hinted');
  });

  it('is over at once when something was said since the load, while it read or after it', async () => {
    const db = await database(TABLE);
    const postgres = adapter(db);
    const load = postgres.load(query, loadContext())[Symbol.asyncIterator]();
    await load.next();
    await db.exec("NOTIFY invoices_changed, 'c_42'");
    await load.next();
    await settle(db);
    await waiting(postgres).done;
    await records(postgres, query);
    const wait = waiting(postgres);
    await settle(db);
    expect(wait.state()).toBe('waiting');
    await db.exec('NOTIFY invoices_changed');
    await wait.done;
  });

  it('is over at once where no load has begun to listen: another worker may have made it', async () => {
    const postgres = adapter(await database(TABLE));
    await waiting(postgres).done;
    expect(postgres.hasHints?.(query)).toBe(true);
    expect(postgres.hasHints?.(on({ table: { name: 'invoices', key: 'id' } }))).toBe(false);
  });

  it('ends with its signal', async () => {
    const postgres = adapter(await database(TABLE));
    await records(postgres, query);
    const wait = waiting(postgres);
    wait.controller.abort();
    await wait.done;
  });

  it('uses one connection for any number of sources, which close() ends', async () => {
    const db = await database(TABLE);
    const postgres = adapter(db);
    const waits = [];
    for (let i = 0; i < 50; i++) {
      const context = loadContext({
        entity: { name: 'Customer', id: `c_${i}` },
        caller: `invoices Customer-c_${i}`,
      });
      await records(postgres, query, context);
      waits.push(waiting(postgres, context));
    }
    expect(await db.exec(LISTENING)).toHaveLength(1);
    await db.exec("NOTIFY invoices_changed, 'c_7'");
    await waits[7]?.done;
    await settle(db);
    expect(waits.filter((wait) => wait.state() === 'hinted')).toHaveLength(1);
    await postgres.close();
    await Promise.all(waits.map((wait) => wait.done));
    await expect.poll(() => db.exec(LISTENING)).toEqual([]);
  });

  it('keeps listening with the last passwords, and with those that somebody waits by', async () => {
    const db = await database(TABLE);
    const { hostname: host, port, username: user, password } = new URL(db.url);
    const connections = {
      db: { host, port: Number(port), user, database: db.name, passwordFrom: 'source' as const },
    };
    const postgres = adapter(db, { connections });
    const rotated = (n: number) => {
      const credential = { ...credentialOf(password), identity: credentialOf(`p${n}`).identity };
      return loadContext({ credential: async () => credential });
    };
    await records(postgres, query, rotated(0));
    const wait = waiting(postgres, rotated(0));
    for (let n = 1; n < 9; n++) await records(postgres, query, rotated(n));
    await expect.poll(() => db.exec(LISTENING)).toHaveLength(5);
    expect(wait.state()).toBe('waiting');
    await db.exec("NOTIFY invoices_changed, 'c_42'");
    await wait.done;
  });

  it('is over when the connection breaks, and listens again with the look that follows', async () => {
    const db = await database(TABLE);
    const postgres = adapter(db);
    await records(postgres, query);
    const wait = waiting(postgres);
    const kill = `SELECT pg_terminate_backend(pid) FROM (${LISTENING}) AS l`;
    await db.exec(kill);
    await wait.done;
    expect(wait.state()).toBe('hinted');
    await records(postgres, query);
    const again = waiting(postgres);
    await settle(db);
    expect(again.state()).toBe('waiting');
    await db.exec("NOTIFY invoices_changed, 'c_42'");
    await again.done;
  });

  it('fails where nobody can listen, and the load goes well all the same', async () => {
    const db = await database(TABLE);
    const { Pool } = await import('pg');
    const pool = new Pool({ connectionString: db.url, max: 1 });
    let taken = 0;
    const limited = {
      // The first one is for listening.
      connect: () =>
        taken++ % 2 === 0 ? Promise.reject(new Error('no connection to listen on')) : pool.connect(),
      end: () => pool.end(),
    };
    const postgres = adapter(db, { connections: { db: () => limited } });
    const context = loadContext();
    expect(await records(postgres, query, context)).toEqual([]);
    expect(context.seen.warnings).toEqual([expect.stringContaining('Cannot listen')]);
    const wait = waiting(postgres);
    await wait.done;
    expect(wait.state()).toContain('no connection to listen on');
  });
});
