import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Keyring } from '@stateful-workflow/core/client';
import { connect } from 'stateful-workflow/internal';
import { ConsoleError } from './errors';
import { startConsole } from './start-console';

const usage = `Usage: npx @stateful-workflow/console [options]

A web console over the workflows that run on a Temporal server: what they hold, where it came from, how fresh it is, what is
wrong, and what can be done.

  --address HOST:PORT    the Temporal server (default: TEMPORAL_ADDRESS, the profile's, 127.0.0.1:7233)
  --namespace NAME       its namespace (default: TEMPORAL_NAMESPACE, the profile's, default)
  --profile NAME         a profile of Temporal's configuration file (default: TEMPORAL_PROFILE, default)
  --tls                  connect by TLS; certificates as for Temporal's own tools, TEMPORAL_TLS_...
  --tls-ca-path FILE, --tls-cert-path FILE, --tls-key-path FILE, --tls-server-name NAME
  --api-key-file FILE    the file that holds the API key (default: TEMPORAL_API_KEY)
  --task-queue NAME      only the workflows of this task queue
  --query FILTER         only the workflows that this list filter of Temporal's finds
  --keyring FILE         the keyring that payloads are encrypted with (default: STATEFUL_WORKFLOW_KEYRING);
                         they are decrypted here, and tokens can be sealed
  --temporal-ui URL      where Temporal's UI is (default: http://localhost:8233 for a server on this machine)
  --read-only            show, and change nothing
  --rate NUMBER          how many workflows are looked at in a second, at most (default: 50)
  --port PORT            where to listen (default: 8480)
  --host HOST            on which address (default: 127.0.0.1); any but a loopback address needs a sign-in token
  --origin ORIGIN        where else it is reached, such as https://console.example.com; may be given several times
  --secure               it is reached by https, through a proxy before it
  --help                 show this

The sign-in token comes from STATEFUL_WORKFLOW_CONSOLE_TOKEN, at least 16 characters: openssl rand -hex 16
`;

const OPTIONS = {
  address: { type: 'string' },
  namespace: { type: 'string' },
  profile: { type: 'string' },
  tls: { type: 'boolean' },
  'tls-ca-path': { type: 'string' },
  'tls-cert-path': { type: 'string' },
  'tls-key-path': { type: 'string' },
  'tls-server-name': { type: 'string' },
  'api-key-file': { type: 'string' },
  'task-queue': { type: 'string' },
  query: { type: 'string' },
  keyring: { type: 'string' },
  'temporal-ui': { type: 'string' },
  'read-only': { type: 'boolean' },
  rate: { type: 'string' },
  port: { type: 'string' },
  host: { type: 'string' },
  origin: { type: 'string', multiple: true },
  secure: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** The variables of Temporal's own tools that flags stand for. */
const VARIABLES = {
  'tls-ca-path': 'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
  'tls-cert-path': 'TEMPORAL_TLS_CLIENT_CERT_PATH',
  'tls-key-path': 'TEMPORAL_TLS_CLIENT_KEY_PATH',
  'tls-server-name': 'TEMPORAL_TLS_SERVER_NAME',
} as const;

/**
 * What the command does: connects, and listens until it is interrupted.
 *
 * @param args without the names of Node and of the script
 * @returns the exit code: 0 as soon as it listens, or 2 where it could not be started as it was asked to
 */
export async function main(args = process.argv.slice(2), env = process.env): Promise<number> {
  try {
    await run(args, env);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

async function run(args: string[], env: NodeJS.ProcessEnv): Promise<void> {
  const values = parse(args);
  if (values.help) return void process.stdout.write(usage);
  const { address, namespace, profile, keyring: file = env['STATEFUL_WORKFLOW_KEYRING'] } = values;
  const session = await connect(
    {
      ...(address !== undefined && { address }),
      ...(namespace !== undefined && { namespace }),
      ...(profile !== undefined && { profile }),
      ...(file && { keyring: file }),
    },
    environment(values, env),
    // A server that comes back is found within seconds, however long it was gone.
    { channelArgs: { 'grpc.max_reconnect_backoff_ms': 3_000 } },
  );
  const token = env['STATEFUL_WORKFLOW_CONSOLE_TOKEN'];
  const ui = values['temporal-ui'] ?? (isLocal(session.address) ? 'http://localhost:8233' : undefined);
  try {
    const { url, close } = await startConsole({
      client: session.client,
      address: session.address,
      port: number('port', values.port ?? '8480', 0, 65_535),
      perSecond: number('rate', values.rate ?? '50', 1, 1_000),
      readOnly: values['read-only'] ?? false,
      secure: values.secure ?? false,
      origins: values.origin ?? [],
      ...(values.host !== undefined && { host: values.host }),
      ...(values['task-queue'] !== undefined && { taskQueue: values['task-queue'] }),
      ...(values.query !== undefined && { query: values.query }),
      ...(file && { keyring: Keyring.fromFile(file) }),
      ...(ui && { temporalUi: ui }),
      ...(token && { token }),
    });
    process.stdout.write(`Console of namespace ${session.namespace} at ${session.address}: ${url}\n`);
    const end = (): void => void close().then(() => session.close());
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  } catch (error) {
    await session.close();
    throw error;
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new ConsoleError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`, {
      cause: error,
    });
  }
}

type Values = ReturnType<typeof parse>;

/** The environment as the flags have it. */
function environment(values: Values, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const flags = Object.entries(VARIABLES).flatMap(([flag, variable]) => {
    const value = values[flag as keyof typeof VARIABLES];
    return value === undefined ? [] : [[variable, value] as const];
  });
  const keyFile = values['api-key-file'];
  return {
    ...env,
    ...Object.fromEntries(flags),
    ...((values.tls || flags.length > 0) && { TEMPORAL_TLS: 'true' }),
    ...(keyFile !== undefined && { TEMPORAL_API_KEY: readKey(keyFile) }),
  };
}

function readKey(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ConsoleError(`The file of --api-key-file cannot be read: ${file}`, { cause: error });
  }
}

const isLocal = (address: string): boolean => /^(localhost|127\.|\[::1\])/.test(address);

function number(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new ConsoleError(`--${flag} must be a whole number, from ${least} to ${most}.`);
}
