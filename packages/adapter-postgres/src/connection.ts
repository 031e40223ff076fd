import type { Credential, CredentialIdentity, LoadContext } from '@stateful-workflow/core';
import { CredentialError } from '@stateful-workflow/core';
import { Client, Pool } from 'pg';
import { LRUCache } from 'lru-cache';
import { Passwords } from './passwords';
import {
  defaultTimeouts,
  type PostgresConnection,
  type PostgresConnectionOptions,
  type ResolvedConnection,
  resolveConnection,
  type Timeouts,
} from './options';
import type { PgClient, PgPool, PgPoolClient } from './pg-types';

/** How many pools a connection keeps, one for each password in use. */
const MAX_POOLS = 4;

/** How long a goodbye may take, in milliseconds. */
const GOODBYE_MS = 500;

/** A client outside of the pool, or as near to that as there is. */
export interface OwnClient {
  readonly client: PgClient;
  /** Closes it; with `force`, whatever it is doing. */
  close(force?: boolean): Promise<void>;
}

/** A registered database: its pools, made at the first use, and clients beside them. */
export interface Connection {
  readonly name: string;
  readonly timeouts: Timeouts;
  /** The password to connect with, when it is the source's. @throws CredentialError when the source has none */
  credential(context: Pick<LoadContext, 'credential'>): Promise<Credential | undefined>;
  /** Names the passwords of the options that are known by now: a server may repeat one. */
  conceal(context: Pick<LoadContext, 'conceal'>): void;
  /** Takes a client from the pool of a credential. */
  take(credential: Credential | undefined): Promise<PgPoolClient>;
  /** Opens a client that no load is waiting for. @param timeout how long that may take, in milliseconds */
  open(credential: Credential | undefined, timeout?: number): Promise<OwnClient>;
  close(): Promise<void>;
}

/** Makes a connection of what was registered. @throws InvalidInputError when an option does not fit */
export function makeConnection(name: string, given: PostgresConnection): Connection {
  if (typeof given === 'function') return new GivenConnection(name, given, true);
  if (isPool(given)) return new GivenConnection(name, () => given, false);
  return new OwnConnection(name, resolveConnection(name, given));
}

const isPool = (given: PgPool | PostgresConnectionOptions): given is PgPool =>
  typeof given === 'object' && given !== null && typeof (given as PgPool).connect === 'function';

/** A pool that somebody else made. */
class GivenConnection implements Connection {
  readonly timeouts = defaultTimeouts;
  readonly #passwords = new Passwords();
  readonly #make: () => PgPool | Promise<PgPool>;
  readonly #isOurs: boolean;
  #pool: Promise<PgPool> | undefined;

  constructor(
    readonly name: string,
    make: () => PgPool | Promise<PgPool>,
    isOurs: boolean,
  ) {
    this.#make = make;
    this.#isOurs = isOurs;
  }

  async credential(): Promise<undefined> {
    return undefined;
  }

  conceal(context: Pick<LoadContext, 'conceal'>): void {
    this.#passwords.conceal(context);
  }

  async take(): Promise<PgPoolClient> {
    this.#pool ??= this.#made().catch((error: unknown) => {
      // The next load tries again.
      this.#pool = undefined;
      throw error;
    });
    const client = await (await this.#pool).connect();
    this.#passwords.remember(client.password);
    return client;
  }

  async #made(): Promise<PgPool> {
    const pool = await this.#make();
    if (pool.options !== undefined) this.#passwords.readFrom(pool.options);
    return pool;
  }

  async open(): Promise<OwnClient> {
    const client = await this.take();
    return { client, close: async () => client.release(true) };
  }

  async close(): Promise<void> {
    const pool = await this.#pool;
    this.#pool = undefined;
    if (this.#isOurs) await pool?.end();
  }
}

/** A database that the adapter connects to itself. */
class OwnConnection implements Connection {
  readonly #options: ResolvedConnection;
  readonly #passwords = new Passwords();
  /** By identity of the password; empty without one. */
  readonly #pools = new LRUCache<CredentialIdentity | '', Pool>({
    max: MAX_POOLS,
    dispose: (pool) => this.#end(pool),
  });
  readonly #ending = new Set<Promise<void>>();

  constructor(
    readonly name: string,
    options: ResolvedConnection,
  ) {
    const { client } = options;
    this.#passwords.readFrom(client);
    this.#options = { ...options, client: { ...client, password: this.#passwords.watched(client.password) } };
  }

  get timeouts(): Timeouts {
    return this.#options.timeouts;
  }

  async credential(context: Pick<LoadContext, 'credential'>): Promise<Credential | undefined> {
    if (this.#options.passwordFrom === 'options') return undefined;
    const { host, port } = this.#options.client;
    const credential = await context.credential(
      `postgres://${host.includes(':') ? `[${host}]` : host}:${port}`,
    );
    if (credential !== undefined) return credential;
    throw new CredentialError(
      'CREDENTIAL_MISSING',
      `The connection "${this.name}" takes its password from the source, which has no credential. Set credential: 'secret:NAME' on the source.`,
    );
  }

  conceal(context: Pick<LoadContext, 'conceal'>): void {
    this.#passwords.conceal(context);
  }

  async take(credential: Credential | undefined): Promise<PgPoolClient> {
    const client: PgPoolClient = await this.#pool(credential).connect();
    if (credential === undefined) this.#passwords.remember(client.password);
    return client;
  }

  async open(
    credential: Credential | undefined,
    timeout: number = this.timeouts.connect,
  ): Promise<OwnClient> {
    const client = new Client({ ...this.#client(credential), connectionTimeoutMillis: timeout });
    // A client without this listener ends the process when its connection breaks.
    client.on('error', () => {});
    await client.connect();
    return {
      client,
      close: async (force) => {
        const { stream } = client.connection;
        if (force) stream.destroy();
        // A network that swallows everything swallows a goodbye as well.
        const timer = setTimeout(() => stream.destroy(), GOODBYE_MS);
        await client.end().finally(() => clearTimeout(timer));
      },
    };
  }

  async close(): Promise<void> {
    this.#pools.clear();
    await Promise.all(this.#ending);
  }

  /** The pool of a password: nobody gets a connection that another's password opened. */
  #pool(credential: Credential | undefined): Pool {
    const identity = credential?.identity ?? '';
    let pool = this.#pools.get(identity);
    if (pool === undefined) {
      const { max, idleTimeout, maxLifetime } = this.#options;
      pool = new Pool({
        ...this.#client(credential),
        max,
        idleTimeoutMillis: idleTimeout,
        maxLifetimeSeconds: Math.max(1, Math.round(maxLifetime / 1_000)),
      });
      // An idle connection broke: the pool has dropped it, and the next load opens another.
      pool.on('error', () => {});
      this.#pools.set(identity, pool);
    }
    return pool;
  }

  #end(pool: Pool): void {
    const ended = pool.end().finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }

  #client(credential: Credential | undefined) {
    const { client, timeouts } = this.#options;
    return {
      ...client,
      ...(credential && { password: credential.secret.reveal() }),
      connectionTimeoutMillis: timeouts.connect,
      keepAlive: true,
      // The name until a load gives its own.
      application_name: 'stateful-workflow',
    };
  }
}
