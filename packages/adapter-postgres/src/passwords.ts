import { type LoadContext, Secret } from '@stateful-workflow/core';
import { parse } from 'pg-connection-string';
import { LRUCache } from 'lru-cache';
import type { PgLogin } from './pg-types';

/** So many are remembered where a function gives a new one each time: those in use are among the last. */
const MAX_PASSWORDS = 16;

/**
 * The passwords that a connection has from its options, not from a source. They never leave the worker by our doing, but
 * a server or a pooler can repeat one in an error.
 */
export class Passwords {
  readonly #known = new LRUCache<string, true>({ max: MAX_PASSWORDS });

  /** Remembers the password of a login, where it can be read. */
  readFrom({ password, connectionString }: PgLogin): void {
    this.remember(password ?? parsed(connectionString) ?? process.env['PGPASSWORD']);
  }

  /** A function for passwords that remembers what it gives; any other password as it is. */
  watched(password: PgLogin['password']): PgLogin['password'] {
    if (typeof password !== 'function') return password;
    return async () => {
      const given = await password();
      this.remember(given);
      return given;
    };
  }

  /** Remembers a password; anything else is none. */
  remember(password: unknown): void {
    if (typeof password !== 'string' || password === '') return;
    this.#known.set(password, true);
  }

  /** Names them to a load. */
  conceal({ conceal }: Pick<LoadContext, 'conceal'>): void {
    for (const password of this.#known.keys()) conceal?.(new Secret(password));
  }
}

function parsed(connectionString: string | undefined): string | undefined {
  try {
    return connectionString === undefined ? undefined : parse(connectionString).password;
  } catch {
    // Whoever connects with it is told.
    return undefined;
  }
}
