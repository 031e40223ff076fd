import { randomBytes } from 'node:crypto';
import { credentialOf } from '@stateful-workflow/adapter-testkit';
import type { Checkpoint, LoadContext, Page } from '@stateful-workflow/core';
import type {} from '@stateful-workflow/dev-services/vitest-postgres';
import { Client } from 'pg';
import { afterEach, inject } from 'vitest';
import {
  postgresAdapter,
  type PostgresAdapter,
  type PostgresAdapterOptions,
  type PostgresCursor,
  type PostgresQuery,
} from '../src/index';

const cleanups: (() => unknown)[] = [];

/** Has something undone after the test, the last first. */
export const cleanup = (undo: () => unknown): void => void cleanups.push(undo);

afterEach(async () => {
  for (const undo of cleanups.splice(0).reverse()) await undo();
});

/** A database of its own for a test. */
export interface Database {
  /** Its address, with the superuser's password. */
  readonly url: string;
  readonly name: string;
  /** Runs statements as the superuser. */
  exec(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** A connection of its own, closed after the test. */
  client(): Promise<Client>;
}

/** Makes a database, dropped after the test. @param server the address of a server @default the run's own */
export async function database(setup = '', server = inject('postgresUrl')): Promise<Database> {
  const name = `t_${randomBytes(6).toString('hex')}`;
  const admin = await connected(server);
  await admin.query(`CREATE DATABASE ${name}`);
  cleanup(async () => {
    // A server of the test's own may be gone by then, and its databases with it.
    if (server === inject('postgresUrl')) await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  });
  const url = new URL(server);
  url.pathname = `/${name}`;
  const open = async (): Promise<Client> => {
    const client = await connected(url.href);
    cleanup(() => client.end());
    return client;
  };
  const own = await open();
  if (setup !== '') await own.query(setup);
  return {
    url: url.href,
    name,
    client: open,
    exec: async (text, values) => {
      const { rows } = await own.query(text, values && [...values]);
      return rows as Record<string, unknown>[];
    },
  };
}

async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  // Databases are dropped with their connections.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** What a load said besides its pages. */
export interface Seen {
  readonly heartbeats: PostgresCursor[];
  readonly warnings: string[];
  readonly counts: Map<string, number>;
  readonly origins: string[];
}

/** A load context made by hand, and what was done with it. */
export function loadContext(
  overrides: Partial<LoadContext<PostgresCursor>> & {
    readonly token?: string;
    readonly cursor?: PostgresCursor;
    readonly checkpoint?: Checkpoint<PostgresCursor>;
  } = {},
): LoadContext<PostgresCursor> & { readonly seen: Seen } {
  const seen: Seen = { heartbeats: [], warnings: [], counts: new Map(), origins: [] };
  const { token, cursor, ...rest } = overrides;
  return {
    seen,
    signal: new AbortController().signal,
    entity: { name: 'Customer', id: 'c_42' },
    caller: 'invoices Customer-c_42',
    ...(cursor && { checkpoint: { cursor } }),
    credential: async (origin) => {
      seen.origins.push(origin);
      return token === undefined ? undefined : credentialOf(token);
    },
    heartbeat: (progress) => void seen.heartbeats.push(progress),
    log: { debug: () => {}, info: () => {}, warn: (message) => void seen.warnings.push(message) },
    metrics: {
      count: (name, value = 1) => void seen.counts.set(name, (seen.counts.get(name) ?? 0) + value),
      duration: () => {},
    },
    ...rest,
  };
}

/** An adapter with one connection `db`, closed after the test. */
export function adapter(db: Database, options: Partial<PostgresAdapterOptions> = {}): PostgresAdapter {
  const made = postgresAdapter({ connections: { db: { connectionString: db.url } }, ...options });
  cleanup(() => made.close());
  return made;
}

/** A query on the connection `db`. */
export const on = (query: Omit<PostgresQuery, 'connection'>): PostgresQuery => ({
  connection: 'db',
  ...query,
});

/** Reads a load to its end. */
export async function readAll(
  postgres: PostgresAdapter,
  query: PostgresQuery,
  context: LoadContext<PostgresCursor> = loadContext(),
): Promise<readonly Page<PostgresCursor>[]> {
  const pages: Page<PostgresCursor>[] = [];
  for await (const page of postgres.load(query, context)) pages.push(page);
  return pages;
}

/** The records of a load. */
export async function records(
  postgres: PostgresAdapter,
  query: PostgresQuery,
  context?: LoadContext<PostgresCursor>,
): Promise<readonly unknown[]> {
  return (await readAll(postgres, query, context)).flatMap((page) => page.records);
}

/** Loads once and gives the error that it failed with. */
export async function failure(
  postgres: PostgresAdapter,
  query: PostgresQuery,
  context?: LoadContext<PostgresCursor>,
): Promise<Error> {
  try {
    await readAll(postgres, query, context);
  } catch (error) {
    return error as Error;
  }
  throw new Error('the load succeeded');
}
