import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-port';
import { startServerProcess } from '../server-process';
import { findTemporal, type FindTemporalOptions } from './find-temporal';
import { type TemporalChoice } from './temporal-choice';
import { waitUntilReady } from './wait-until-ready';

const host = '127.0.0.1';
const readyTimeoutMs = 60_000;
const existingTimeoutMs = 15_000;
const bannerTimeoutMs = 2_000;
const portAttempts = 5;

/** How a Temporal server is started. */
export interface StartTemporalOptions extends FindTemporalOptions {
  /** Whether the web UI is served too. @default true when `uiPort` is given, else false */
  readonly ui?: boolean;
  /** The gRPC port. @default a free one */
  readonly port?: number;
  /** The port of the web UI. @default a free one */
  readonly uiPort?: number;
  /** Whether the server tells what it counts, as Prometheus reads it. @default false */
  readonly metrics?: boolean;
  /** A file that keeps the server's state from one run to the next. @default the state is lost at the end */
  readonly dbFilename?: string;
  /** The namespace to wait for; a server that we start creates it. @default 'default' */
  readonly namespace?: string;
  /** Others that a server of ours creates. @default none */
  readonly moreNamespaces?: readonly string[];
  /** Dynamic configuration of the server: `{ 'limit.maxIDLength': 500 }`. Values are sent as JSON. */
  readonly dynamicConfig?: Readonly<Record<string, unknown>>;
  /** The least severe log level that the server writes. @default 'error' */
  readonly logLevel?: 'debug' | 'info' | 'warn' | 'error' | 'never';
  /** Told each line that the server writes, and what takes long unless `progress` is given. */
  readonly log?: (line: string) => void;
}

/** A Temporal server that answers. */
export interface TemporalService {
  /** The gRPC address, `host:port`. */
  readonly address: string;
  readonly namespace: string;
  /** Where the web UI is, if it was asked for and the server is ours. */
  readonly uiUrl?: string;
  /** Where its metrics are, if they were asked for and the server is ours. */
  readonly metricsUrl?: string;
  /** Which Temporal was taken, in one sentence for a person. */
  readonly description: string;
  /** Settles when a server of ours is gone: with nothing after `stop()`, with the reason otherwise. */
  readonly ended: Promise<Error | undefined>;
  /** Ends the server if it is ours and returns when it is gone. May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts a Temporal development server on loopback and returns when it answers; or, where `TEMPORAL_ADDRESS`
 * names a running one, returns that, and `stop()` leaves it alone.
 *
 * ## Rules
 * - The server never outlives this process, whatever ends it.
 * - A free port that somebody else took in the meantime is replaced; a port that was asked for is not.
 *
 * @throws TemporalNotFoundError when there is none and none can be installed
 * @throws Error with the last lines that the server wrote when it does not start
 * @example
 * const temporal = await startTemporal({ ui: true });
 * const connection = await Connection.connect({ address: temporal.address });
 */
export async function startTemporal(options: StartTemporalOptions = {}): Promise<TemporalService> {
  const choice = await findTemporal({ ...options, progress: options.progress ?? options.log });
  const namespace = options.namespace ?? 'default';
  if (choice.way === 'address') return useExisting(choice.address, namespace, choice.description);

  const portsAreOurs = options.port === undefined || (wantsUi(options) && options.uiPort === undefined);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await launch(choice, namespace, options);
    } catch (error) {
      if (!isPortTaken(error) || !portsAreOurs || attempt === portAttempts) throw error;
    }
  }
}

async function useExisting(
  address: string,
  namespace: string,
  description: string,
): Promise<TemporalService> {
  await waitUntilReady(address, namespace, { timeoutMs: existingTimeoutMs });
  return {
    address,
    namespace,
    description,
    ended: new Promise(() => undefined),
    stop: async () => undefined,
  };
}

async function launch(
  choice: Exclude<TemporalChoice, { way: 'address' }>,
  namespace: string,
  options: StartTemporalOptions,
): Promise<TemporalService> {
  const port = options.port ?? (await freePort());
  const uiPort = wantsUi(options) ? (options.uiPort ?? (await freePort())) : undefined;
  const metricsPort = options.metrics === true ? await freePort() : undefined;
  const address = `${host}:${port}`;
  const args = serverArguments({ port, uiPort, metricsPort }, namespace, options);
  const server = startServerProcess(choice.executable, args, options.env ?? process.env, options.log);

  const gone = new AbortController();
  void server.ended.then((error) => gone.abort(error));
  try {
    await waitUntilReady(address, namespace, {
      timeoutMs: readyTimeoutMs,
      signal: gone.signal,
      awaitNamespace: true,
    });
    // On a port that was taken, the owner may have answered before our server noticed and ended. One that
    // serves writes a banner; the bound is for a version that would not.
    await Promise.race([server.spoke, server.ended, sleep(bannerTimeoutMs, undefined, { ref: false })]);
    gone.signal.throwIfAborted();
  } catch (error) {
    await server.stop();
    throw startFailure(choice.executable, server.tail(), error);
  }
  return {
    address,
    namespace,
    ...(uiPort === undefined ? {} : { uiUrl: `http://${host}:${uiPort}` }),
    ...(metricsPort === undefined ? {} : { metricsUrl: `http://${host}:${metricsPort}/metrics` }),
    description: choice.description,
    ended: server.ended,
    stop: () => server.stop(),
  };
}

function wantsUi(options: StartTemporalOptions): boolean {
  return options.ui ?? options.uiPort !== undefined;
}

interface Ports {
  readonly port: number;
  readonly uiPort: number | undefined;
  readonly metricsPort: number | undefined;
}

function serverArguments(
  { port, uiPort, metricsPort }: Ports,
  namespace: string,
  options: StartTemporalOptions,
): string[] {
  const args = ['server', 'start-dev', '--ip', host, '--port', String(port)];
  if (uiPort === undefined) args.push('--headless');
  else args.push('--ui-port', String(uiPort), '--ui-disable-news-fetch');
  if (metricsPort !== undefined) args.push('--metrics-port', String(metricsPort));
  args.push('--log-level', options.logLevel ?? 'error');
  for (const created of [namespace, ...(options.moreNamespaces ?? [])])
    if (created !== 'default') args.push('--namespace', created);
  if (options.dbFilename !== undefined) args.push('--db-filename', options.dbFilename);
  for (const [key, value] of Object.entries(options.dynamicConfig ?? {})) {
    args.push('--dynamic-config-value', `${key}=${JSON.stringify(value)}`);
  }
  return args;
}

function startFailure(executable: string, tail: string, cause: unknown): Error {
  const said = tail === '' ? '' : ` It said:\n${tail}`;
  const reason = cause instanceof Error ? cause.message.split(' It said:')[0] : String(cause);
  return new Error(`The Temporal development server (${executable}) did not start. ${reason}${said}`, {
    cause,
  });
}

function isPortTaken(error: unknown): boolean {
  return (
    error instanceof Error &&
    /address already in use|can't set (frontend|ui|metrics) port/i.test(error.message)
  );
}
