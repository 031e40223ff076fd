import { InvalidInputError } from '@stateful-workflow/core';
import { describe, expect, it } from 'vitest';
import { type PostgresConnectionOptions, resolveConnection } from './options';
import { postgresAdapter } from './postgres-adapter';

const TLS = { rejectUnauthorized: true };
const sslOf = (options: PostgresConnectionOptions): unknown => resolveConnection('x', options).client.ssl;

describe('options', () => {
  it('take the address apart, and have defaults', () => {
    const connectionString = 'postgres://me:p%40ss@db.example.com/billing';
    expect(resolveConnection('x', { connectionString, timeouts: { lock: 1 } })).toEqual({
      client: {
        host: 'db.example.com',
        port: 5432,
        user: 'me',
        password: 'p@ss',
        database: 'billing',
        ssl: TLS,
      },
      passwordFrom: 'options',
      max: 10,
      idleTimeout: 30_000,
      maxLifetime: 1_800_000,
      timeouts: { connect: 5_000, statement: 30_000, lock: 1, idleInTransaction: 60_000 },
    });
    const given = { connectionString, host: 'other', port: 5433, user: 'you', database: 'd', password: 'q' };
    expect(resolveConnection('x', given).client).toMatchObject({
      host: 'other',
      port: 5433,
      user: 'you',
      database: 'd',
      password: 'q',
    });
  });

  it.each(['localhost', '127.0.0.1', '127.8.9.1', '::1', '/var/run/postgresql'])(
    'need no TLS for %s',
    (host) => {
      expect(sslOf({ host })).toBe(false);
    },
  );

  it.each(['db.example.com', '10.0.0.5', '127.0.0.1.example.com', 'localhost.example.com', '::2'])(
    'verify TLS for %s',
    (host) => {
      expect(sslOf({ host })).toEqual(TLS);
    },
  );

  it('turn TLS off only where that is said, and never verification by themselves', () => {
    expect(sslOf({ host: 'db.example.com', ssl: false })).toBe(false);
    expect(sslOf({ connectionString: 'postgres://db.example.com/x?sslmode=disable' })).toBe(false);
    expect(sslOf({ host: 'db.example.com', ssl: true })).toEqual(TLS);
    expect(sslOf({ host: 'db.example.com', ssl: { ca: 'x' } })).toEqual({ ca: 'x' });
  });

  it.each<[unknown, string, RegExp]>([
    [{}, 'connections.x.connectionString', /is not set.*environment variable/],
    [{ connectionString: undefined }, 'connections.x.connectionString', /is not set/],
    [{ connectionString: '' }, 'connections.x.connectionString', /is empty/],
    [
      { connectionString: 'postgres://me:s3cret@host:port/x' },
      'connections.x.connectionString',
      /is not the address/,
    ],
    [{ host: 'h', port: 0 }, 'connections.x.port', /./],
    [{ host: 'h', max: 0 }, 'connections.x.max', /must be 1 or more/],
    [{ host: 'h', timeouts: { connect: 0 } }, 'connections.x.timeouts.connect', /must be 1 ms or more/],
    [{ host: 'h', password: 5 }, 'connections.x.password', /must be text or a function/],
    [{ host: 'h', poolSize: 5 }, 'connections.x', /Unrecognized key: "poolSize"/],
  ])('refuse %j', (options, field, message) => {
    let error: unknown;
    try {
      postgresAdapter({ connections: { x: options as PostgresConnectionOptions } });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error).toMatchObject({ field, message: expect.stringMatching(message) as string });
    expect((error as Error).message).not.toContain('s3cret');
    expect((error as Error).cause).toBeUndefined();
  });

  it('name at least one connection, and may give the adapter another name', () => {
    expect(() => postgresAdapter({ connections: {} })).toThrow(/^connections: is empty/);
    expect(postgresAdapter({ connections: { x: { host: 'h' } }, name: 'archive' })).toMatchObject({
      name: 'archive',
      contractVersion: 1,
    });
  });
});
