import type { Credential, EntityRef, LoadContext } from '@stateful-workflow/core';
import { abortable } from './abortable';
import { type AnswerBounds, answerTo } from './answer';
import type { Connection } from './connection';
import { boundText } from './parameters';
import type { PgPoolClient, PgResult } from './pg-types';
import type { PostgresQuery } from './postgres-query';
import type { ValueParsers } from './value-parsers';

/** How long a load that ends waits for the server, in milliseconds; then the connection is closed anyway. */
const END_MS = 700;

/** What a session is begun with. */
export interface SessionRequest {
  readonly connection: Connection;
  readonly credential: Credential | undefined;
  readonly query: Pick<PostgresQuery, 'session' | 'statementTimeout'>;
  readonly entity: EntityRef;
  readonly caller?: string;
  /** Hears of the passwords that connections have from their options. */
  readonly conceal: LoadContext['conceal'];
  readonly signal: AbortSignal;
  /** `snapshot`: everything is read as of one moment. `latest`: each statement sees what is there by then. */
  readonly sees: 'snapshot' | 'latest';
}

/**
 * One read-only transaction on a connection of the pool. That it is read-only is what keeps a source from writing.
 *
 * Settings are made inside of the transaction and end with it: nothing of one load reaches the next one on the same
 * connection, and poolers that refuse start-up parameters have nothing to refuse.
 */
export class ReadSession {
  readonly #client: PgPoolClient;
  readonly #request: SessionRequest;
  readonly #onError = (): void => void (this.#isBroken = true);
  #backend: { readonly pid: number; readonly started: string } | undefined;
  #running = 0;
  #isBroken = false;

  private constructor(client: PgPoolClient, request: SessionRequest) {
    this.#client = client;
    this.#request = request;
    // Without a listener, a connection that breaks between two statements would end the process.
    client.on('error', this.#onError);
  }

  /** Takes a connection and begins. @throws what `pg` throws, or the signal's reason */
  static async begin(request: SessionRequest): Promise<ReadSession> {
    const { connection, credential, signal } = request;
    signal.throwIfAborted();
    // Also when nobody is let in: that is when a password may be repeated.
    const taken = connection.take(credential).finally(() => connection.conceal(request));
    const session = new ReadSession(await abortable(taken, signal, (client) => client.release()), request);
    try {
      await session.#begin();
      return session;
    } catch (error) {
      await session.end();
      throw error;
    }
  }

  /**
   * Runs one statement; rows are arrays. Always by the extended protocol, which refuses a second statement.
   *
   * @param cap the most bytes that the answer may have
   */
  async run(
    text: string,
    values: readonly unknown[] = [],
    types?: ValueParsers,
    cap?: AnswerBounds['cap'],
  ): Promise<PgResult<readonly unknown[]>> {
    const { signal, query: settings, connection } = this.#request;
    signal.throwIfAborted();
    const { statementTimeout = connection.timeouts.statement } = settings;
    this.#running++;
    // Without parameters, `pg` would take the simple protocol, which runs any number of statements.
    const extended = { queryMode: 'extended' } as const;
    const query = this.#client.query({ text, values: [...values], rowMode: 'array', types, ...extended });
    // It may end after an abort, when nobody waits for it any more.
    query.catch(() => {}).finally(() => this.#running--);
    const sent = query as Promise<PgResult<readonly unknown[]>>;
    return answerTo(this.#client, sent, { signal, statementTimeout, cap });
  }

  /** Ends the transaction and gives the connection back; one that is still at work is cancelled and closed. */
  async end(): Promise<void> {
    if (this.#running > 0) {
      await this.#cancel();
      this.#isBroken = true;
    }
    if (!this.#isBroken) await this.#rollBack();
    this.#client.removeListener('error', this.#onError);
    // From here on it is the pool that listens, or nobody needs to.
    if (this.#isBroken) this.#client.on('error', () => {});
    this.#client.release(this.#isBroken);
  }

  async #rollBack(): Promise<void> {
    const rolledBack = this.#client.query('ROLLBACK').then(
      () => true,
      () => false,
    );
    // Where nobody answers, the connection is closed, and the server ends the transaction once it sees that.
    this.#isBroken = (await within(END_MS, rolledBack)) !== true;
  }

  async #begin(): Promise<void> {
    const { sees, connection, query, entity, caller } = this.#request;
    const isolation = sees === 'snapshot' ? 'REPEATABLE READ' : 'READ COMMITTED';
    await this.run(`BEGIN TRANSACTION ISOLATION LEVEL ${isolation} READ ONLY`);
    const { timeouts } = connection;
    const settings: [string, string][] = [
      ['statement_timeout', String(query.statementTimeout ?? timeouts.statement)],
      ['lock_timeout', String(timeouts.lock)],
      ['idle_in_transaction_session_timeout', String(timeouts.idleInTransaction)],
      ['application_name', applicationName(caller)],
      // How values are written must not depend on the role or the database.
      ['TimeZone', 'UTC'],
      ['DateStyle', 'ISO, MDY'],
      ['IntervalStyle', 'iso_8601'],
      ['extra_float_digits', '1'],
      ['bytea_output', 'hex'],
      // Everything will be fetched, so a plan that is quick at first is no good.
      ['cursor_tuple_fraction', '1'],
    ];
    for (const [name, value] of Object.entries(query.session?.settings ?? {}))
      settings.push([name, boundText(value, entity)]);
    if (query.session?.role !== undefined) settings.push(['role', boundText(query.session.role, entity)]);
    const set = settings.map((_, i) => `set_config($${2 * i + 1}, $${2 * i + 2}, true)`);
    const { rows } = await this.run(
      `SELECT pg_backend_pid(), now()::text, ${set.join(', ')}`,
      settings.flat(),
    );
    const [pid, started] = (rows[0] ?? []) as [number, string];
    this.#backend = { pid, started };
  }

  /** Asks the server to stop the statement, over a connection of its own, encrypted and verified like any other. */
  async #cancel(): Promise<void> {
    const { connection, credential } = this.#request;
    const backend = this.#backend;
    if (backend === undefined) return;
    const opened = connection.open(credential, END_MS);
    const cancelled = opened.then(({ client }) =>
      // By its start as well: behind a pooler, the process may already serve somebody else.
      client.query({
        text: 'SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND xact_start = $2::timestamptz',
        values: [backend.pid, backend.started],
      }),
    );
    const answered = await within(
      END_MS,
      cancelled.catch(() => {}),
    );
    // Nobody waits for the goodbye, and without an answer there is none.
    void opened.then((own) => own.close(answered === undefined)).catch(() => {});
  }
}

/** What a promise gives within a time, or nothing. */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, milliseconds, undefined)));
  return Promise.race([promise, over]).finally(() => clearTimeout(timer));
}

/** What the server shows of a load. At most 63 bytes: it cuts off the rest, and would do so within a character. */
export function applicationName(caller: string | undefined): string {
  const name = caller === undefined ? 'stateful-workflow' : `stateful-workflow ${caller}`;
  return name.replace(/[^\x20-\x7e]/g, '?').slice(0, 63);
}
