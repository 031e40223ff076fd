import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { InvalidInputError } from '@stateful-workflow/core';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { parse } from 'pg-connection-string';
import { z } from 'zod';
import type { PgPool } from './pg-types';

/** What a Postgres adapter may reach. Set on the worker; a workflow only names a connection. */
export interface PostgresAdapterOptions {
  /** The databases, by the names that sources use. */
  readonly connections: { readonly [name: string]: PostgresConnection };
  /** Schemas for rows, by the names that sources use as `schema`: zod, valibot, arktype, … @default none */
  readonly schemas?: { readonly [name: string]: StandardSchemaV1 };
  /** The name that sources use, for a second adapter; see `postgresAs`. @default 'postgres' */
  readonly name?: string;
}

/**
 * A database: how to reach it; or a `Pool` of `pg`, which stays yours and open when the adapter closes; or a
 * function that makes one at the first use, which the adapter closes.
 */
export type PostgresConnection = PostgresConnectionOptions | PgPool | (() => PgPool | Promise<PgPool>);

/** How to reach a database. */
export interface PostgresConnectionOptions {
  /** `postgres://user:password@host:5432/database`. What is given beside it counts more. */
  readonly connectionString?: string;
  readonly host?: string;
  /** @default 5432 */
  readonly port?: number;
  readonly user?: string;
  readonly database?: string;
  /** The password, or a function that is asked at each new connection. */
  readonly password?: string | (() => string | Promise<string>);
  /**
   * Where the password comes from: `'source'` takes the credential of the source that loads, resolved at each
   * attempt, for the origin `postgres://host:port`. A rotated password works at the next attempt.
   * @default 'options'
   */
  readonly passwordFrom?: 'options' | 'source';
  /**
   * TLS, as Node has it; `false` for none.
   * @default on and verified, but for loopback addresses and Unix sockets
   */
  readonly ssl?: boolean | TlsOptions;
  /** The most connections of a pool. A load holds one for its time. @default 10 */
  readonly max?: number;
  /** How long an unused connection is kept, in milliseconds. @default 30000 */
  readonly idleTimeout?: number;
  /** How long a connection is used at most, in milliseconds. @default 1800000 (30 minutes) */
  readonly maxLifetime?: number;
  /** Milliseconds. All are always set. */
  readonly timeouts?: {
    /** Until a connection is there, from the pool or new. @default 5000 */
    readonly connect?: number;
    /** For one statement, and for each batch of a sweep; silence is waited for a second more. @default 30000 */
    readonly statement?: number;
    /** For a lock. @default 5000 */
    readonly lock?: number;
    /** For a transaction that waits for us. @default 60000 */
    readonly idleInTransaction?: number;
  };
}

/** The bounds of each connection, in milliseconds. */
export type Timeouts = z.output<typeof timeouts>;

const milliseconds = (fallback: number) =>
  z
    .number()
    .int('must be a whole number of milliseconds')
    .min(1, 'must be 1 ms or more')
    .max(2 ** 31 - 1, `must be ${2 ** 31 - 1} ms or less`)
    .default(fallback);

const timeouts = z
  .strictObject({
    connect: milliseconds(5_000),
    statement: milliseconds(30_000),
    lock: milliseconds(5_000),
    idleInTransaction: milliseconds(60_000),
  })
  .prefault({});

/** The bounds for a pool that was not made here. */
export const defaultTimeouts: Timeouts = timeouts.parse({});

const password = z.custom<string | (() => string | Promise<string>)>(
  (value) => typeof value === 'string' || typeof value === 'function',
  'must be text or a function',
);
const tls = z.custom<boolean | TlsOptions>(
  (value) => typeof value === 'boolean' || (typeof value === 'object' && value !== null),
  'must be true, false or TLS options',
);

const connectionSchema = z.strictObject({
  connectionString: z.string('is not set').min(1, 'is empty').optional(),
  host: z.string().min(1, 'is empty').optional(),
  port: z.number().int().min(1).max(65_535).optional(),
  user: z.string().optional(),
  database: z.string().optional(),
  password: password.optional(),
  passwordFrom: z.enum(['options', 'source']).default('options'),
  ssl: tls.optional(),
  max: z.number().int('must be a whole number').min(1, 'must be 1 or more').default(10),
  idleTimeout: milliseconds(30_000),
  maxLifetime: milliseconds(1_800_000),
  timeouts,
});

/** A connection that is made here, with every default filled in and its address taken apart. */
export interface ResolvedConnection {
  readonly client: {
    readonly host: string;
    readonly port: number;
    readonly user?: string;
    readonly database?: string;
    readonly password?: string | (() => string | Promise<string>);
    readonly ssl: boolean | TlsOptions;
  };
  readonly passwordFrom: 'options' | 'source';
  readonly max: number;
  readonly idleTimeout: number;
  readonly maxLifetime: number;
  readonly timeouts: Timeouts;
}

const refuse = (field: string, reason: string, fix = 'See PostgresAdapterOptions'): InvalidInputError =>
  new InvalidInputError(field, reason, fix);

/**
 * Checks how a database is reached and fills in defaults.
 *
 * @throws InvalidInputError that names the field that does not fit, and never repeats a value
 */
export function resolveConnection(name: string, options: PostgresConnectionOptions): ResolvedConnection {
  const field = `connections.${name}`;
  const result = connectionSchema.safeParse(options);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw refuse(
      [field, ...(issue?.path ?? [])].map(String).join('.'),
      issue?.message.replace(/\.$/, '') ?? 'does not fit',
    );
  }
  const { connectionString, passwordFrom, max, idleTimeout, maxLifetime, timeouts, ...given } = result.data;
  const parsed = connectionString === undefined ? {} : parsedString(connectionString, field);
  const host = given.host ?? parsed.host;
  if (host === undefined)
    throw refuse(
      `${field}.connectionString`,
      'is not set, and no host is either',
      'Give an address such as postgres://user@host/database; is the environment variable set?',
    );
  const ssl = given.ssl ?? parsed.ssl ?? !isLocal(host);
  return {
    client: {
      host,
      port: given.port ?? parsed.port ?? 5432,
      user: given.user ?? parsed.user,
      database: given.database ?? parsed.database,
      password: given.password ?? parsed.password,
      // `true` verifies as well, but says so nowhere.
      ssl: ssl === true ? { rejectUnauthorized: true } : ssl,
    },
    passwordFrom,
    max,
    idleTimeout,
    maxLifetime,
    timeouts,
  };
}

interface ParsedString {
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly database?: string;
  readonly password?: string;
  readonly ssl?: boolean | TlsOptions;
}

function parsedString(connectionString: string, field: string): ParsedString {
  try {
    const { host, port, user, database, password, ssl } = parse(connectionString);
    return {
      host: host || undefined,
      port: port ? Number(port) : undefined,
      user,
      database: database || undefined,
      password,
      ssl: typeof ssl === 'string' ? undefined : (ssl as boolean | TlsOptions | undefined),
    };
  } catch {
    // Without its cause, which repeats the address, and with it the password.
    throw refuse(
      `${field}.connectionString`,
      'is not the address of a Postgres database',
      'Write it as postgres://user:password@host:5432/database, with special characters percent-encoded',
    );
  }
}

/** Whether a host is this machine: nobody is in between. */
const isLocal = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$|^[/@]/.test(host);
