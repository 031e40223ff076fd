import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../free-port';
import { startServerProcess, type ServerProcess } from '../server-process';
import { isRoot, nobody, postgresBinaries, type PostgresMajor } from './binaries';

const run = promisify(execFile);
const host = '127.0.0.1';
const user = 'postgres';
const readyTimeoutMs = 60_000;
const portAttempts = 5;

/** How a Postgres server is started. */
export interface StartPostgresOptions {
  /** @default 18 */
  readonly major?: PostgresMajor;
  /** @default a free one; one that was asked for and is taken is an error */
  readonly port?: number;
  /** Server settings, as in `postgresql.conf`: `{ wal_level: 'logical' }`. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Told each line that the server writes: few, unless `settings` ask for more. */
  readonly log?: (line: string) => void;
}

/** A Postgres server that answers. */
export interface PostgresService {
  readonly host: string;
  readonly port: number;
  /** The superuser, whose password is in {@link PostgresService.password}. */
  readonly user: string;
  readonly password: string;
  /** The address of a database, with user and password in it. @param database @default 'postgres' */
  url(database?: string): string;
  /** Settles when the server is gone: with nothing after `stop()`, with the reason otherwise. */
  readonly ended: Promise<Error | undefined>;
  /**
   * Stops the server, as a crash does or in good order, and starts it again on the same port with the same data.
   *
   * @param how `immediate` leaves the log to recover from. @default 'fast'
   */
  restart(how?: 'fast' | 'immediate'): Promise<void>;
  /** Ends the server, removes its data and returns when both are gone. May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts a Postgres server on loopback, with data of its own that is lost at the end, and returns when it answers.
 *
 * ## Rules
 * - Neither the server nor its data outlives this process, whatever ends it.
 * - It runs without fsync: fast, and of no use for data that matters.
 * - As root, it runs as the user `nobody`, since Postgres refuses to run as root.
 *
 * @throws Error with the last lines that the server wrote when it does not start
 * @example
 * const postgres = await startPostgres();
 * const client = new Client({ connectionString: postgres.url() });
 */
export async function startPostgres(options: StartPostgresOptions = {}): Promise<PostgresService> {
  const binaries = await postgresBinaries(options.major ?? 18);
  const directory = await mkdtemp(join(tmpdir(), 'stateful-workflow-pg-'));
  const password = randomBytes(12).toString('hex');
  const as = isRoot() ? nobody : undefined;
  const data = join(directory, 'data');
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true, maxRetries: 5 });

  const launchOn = async (port: number): Promise<ServerProcess> => {
    const settings = { ...defaults(directory), port, ...options.settings };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const env = {
      ...process.env,
      LC_ALL: 'C',
      // A fast shutdown: SIGTERM would wait until every client has gone.
      WATCHDOG_SIGNAL: 'SIGINT',
      WATCHDOG_REMOVE: directory,
      ...(as && { WATCHDOG_UID: String(as.uid), WATCHDOG_GID: String(as.gid) }),
    };
    const program = join(binaries, 'bin', 'postgres');
    // What a server that crashed has left would say that this one is ready.
    await rm(pidFile(data), { force: true });
    const server = startServerProcess(program, ['-D', data, ...args], env, options.log);
    try {
      await ready(server, data);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  };

  try {
    await initialize(binaries, directory, data, password, as);
    let port = options.port ?? (await freePort());
    let server: ServerProcess;
    for (let attempt = 1; ; attempt += 1) {
      try {
        server = await launchOn(port);
        break;
      } catch (error) {
        if (!isPortTaken(error) || attempt === portAttempts) throw error;
        if (options.port !== undefined)
          throw new Error(`Postgres cannot listen on ${host}:${port}.`, { cause: error });
        port = await freePort();
      }
    }
    let stopping: Promise<void> | undefined;
    let tellEnded: (error: Error | undefined) => void = () => undefined;
    const ended = new Promise<Error | undefined>((resolve) => (tellEnded = resolve));
    const follow = (current: ServerProcess): void =>
      void current.ended.then((error) => {
        if (current === server) tellEnded(error);
      });
    follow(server);
    return {
      host,
      port,
      user,
      password,
      ended,
      url: (database = 'postgres') => `postgres://${user}:${password}@${host}:${port}/${database}`,
      restart: async (how = 'fast') => {
        const before = server;
        server = { ...before, ended: new Promise(() => undefined) };
        if (how === 'immediate')
          await run(join(binaries, 'bin', 'pg_ctl'), ['stop', '-D', data, '-m', 'immediate', '-w'], {
            ...as,
          });
        await before.stop();
        server = await launchOn(port);
        follow(server);
      },
      stop: () =>
        (stopping ??= (async () => {
          await server.stop();
          await remove();
        })()),
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

const defaults = (directory: string): Record<string, string | number> => ({
  listen_addresses: host,
  unix_socket_directories: process.platform === 'win32' ? '' : directory,
  fsync: 'off',
  full_page_writes: 'off',
  shared_buffers: '64MB',
  max_connections: 60,
  log_min_messages: 'fatal',
  // Not the machine's own: timestamps in tests must not depend on it.
  timezone: 'UTC',
});

async function initialize(
  binaries: string,
  directory: string,
  data: string,
  password: string,
  as: { uid: number; gid: number } | undefined,
): Promise<void> {
  const file = join(directory, 'password');
  await writeFile(file, password, { mode: 0o600 });
  if (as) for (const path of [directory, file]) await chown(path, as.uid, as.gid);
  const args = ['-D', data, '-U', user, '--pwfile', file, '-A', 'scram-sha-256', '-E', 'UTF8', '--no-sync'];
  await run(join(binaries, 'bin', 'initdb'), [...args, '--locale=C'], {
    ...as,
    env: { ...process.env, LC_ALL: 'C', HOME: directory },
  });
  await rm(file);
}

/**
 * Waits until the server writes into its own directory that it takes connections, as `pg_ctl` does. To ask the port
 * would not do: where it was taken, its owner answers as well.
 */
async function ready(server: ServerProcess, data: string): Promise<void> {
  const until = Date.now() + readyTimeoutMs;
  let failure: Error | undefined;
  void server.ended.then((error) => (failure = error ?? new Error('The Postgres server was stopped.')));
  while (!(await isReady(data))) {
    if (failure !== undefined) throw failure;
    if (Date.now() > until)
      throw new Error(`Postgres did not answer within ${readyTimeoutMs} ms. It said:\n${server.tail()}`);
    await sleep(50);
  }
  if (failure !== undefined) throw failure;
}

const pidFile = (data: string): string => join(data, 'postmaster.pid');

async function isReady(data: string): Promise<boolean> {
  const lines = await readFile(pidFile(data), 'utf8').catch(() => '');
  return lines.split('\n')[7]?.trim() === 'ready';
}

const isPortTaken = (error: unknown): boolean =>
  error instanceof Error && /address already in use|could not bind|create any TCP/i.test(error.message);
