import { Client, Connection, type ConnectionOptions, isGrpcServiceError } from '@temporalio/client';
import { encryptionCodec, Keyring } from '@stateful-workflow/core/client';
import type { DataConverter } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { CliError, UsageError } from '../errors';
import type { Env } from '../io';
import { plainText } from '../render/plain-text';
import { detailsOf } from './fault';

/** What the command line says of the connection. */
export interface ConnectionFlags {
  readonly address?: string;
  readonly namespace?: string;
  readonly profile?: string;
  /** The file of the keyring that payloads are encrypted with. */
  readonly keyring?: string;
}

/** Where a command talks to. */
export interface Target {
  readonly address: string;
  readonly namespace: string;
}

/** A connection that works. */
export interface Session extends Target {
  readonly client: Client;
  /** What reads payloads that are encrypted, where there is a keyring. */
  readonly dataConverter: DataConverter | undefined;
  close(): Promise<void>;
}

/** How long a server may take to answer at all. */
const connectTimeout = 5_000;
const unimplemented = 12;

/**
 * Connects as Temporal's own tools do: environment variables win over the profile of the configuration file, and
 * flags win over both.
 *
 * @param more how the connection differs
 * @throws UsageError when the settings cannot be used; CliError when nobody answers
 */
export async function connect(
  flags: ConnectionFlags,
  env: Env,
  more: Pick<ConnectionOptions, 'channelArgs'> = {},
): Promise<Session> {
  const { options: known, namespace } = connectionOptions(flags, env);
  const options = { ...known, ...more };
  const target = { address: options.address, namespace };
  const dataConverter = converter(flags, env);
  await probe(options, target);
  const connection = Connection.lazy(options);
  const client = new Client({ connection, namespace, dataConverter });
  return { ...target, client, dataConverter, close: () => connection.close() };
}

/** What reads payloads that are encrypted. @throws UsageError */
function converter({ keyring }: ConnectionFlags, env: Env): DataConverter | undefined {
  const file = keyring ?? env['STATEFUL_WORKFLOW_KEYRING'];
  if (!file) return undefined;
  try {
    return { payloadCodecs: [encryptionCodec(Keyring.fromFile(file))] };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** What flags, environment and configuration file come to. @throws UsageError */
export function connectionOptions(
  flags: ConnectionFlags,
  env: Env,
): { options: ConnectionOptions & { address: string }; namespace: string } {
  const { connectionOptions: loaded, namespace } = load(flags, env);
  const address = flags.address ?? loaded.address ?? '127.0.0.1:7233';
  // Not repeated: who writes a URL here may have written a password into it.
  if (!/^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.test(address)) {
    throw new UsageError(
      `The ${flags.address === undefined ? "server's address" : 'value of --address'} must be HOST or HOST:PORT, without a scheme, a user or a path.`,
    );
  }
  return {
    options: { address, apiKey: loaded.apiKey, tls: loaded.tls, metadata: loaded.metadata },
    namespace: flags.namespace ?? namespace ?? 'default',
  };
}

function load({ profile }: ConnectionFlags, env: Env): ReturnType<typeof loadClientConnectConfig> {
  // A variable that is set to nothing is meant to be unset, but an empty header takes one away from the profile.
  const set = Object.entries(env).filter(([name, value]) => value || name.startsWith('TEMPORAL_GRPC_META_'));
  try {
    return loadClientConnectConfig({
      overrideEnvVars: Object.fromEntries(set) as Record<string, string>,
      ...(profile !== undefined && { profile }),
    });
  } catch (error) {
    // The parser's message quotes the lines around the fault, which may hold an API key.
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new UsageError(
      `Temporal's configuration cannot be used: ${plainText(reason ?? '')}. Check --profile and TEMPORAL_PROFILE, the file that TEMPORAL_CONFIG_FILE names (or temporalio/temporal.toml in your configuration folder), and the files that it or TEMPORAL_TLS_* name.`,
      { cause: error },
    );
  }
}

/** Asks once and without retries, because only so the error tells why there is no connection. */
async function probe(options: ConnectionOptions, target: Target): Promise<void> {
  const connection = Connection.lazy({ ...options, interceptors: [] });
  try {
    await connection.withDeadline(Date.now() + connectTimeout, () =>
      connection.workflowService.getSystemInfo({}),
    );
  } catch (error) {
    // Servers that are too old to have this call are there all the same.
    if (isGrpcServiceError(error) && Number(error.code) === unimplemented) return;
    throw noConnection(error, target);
  } finally {
    await connection.close();
  }
}

function noConnection(error: unknown, { address }: Target): CliError {
  return new CliError(
    `No Temporal server answers at ${address}: ${reasonOf(error)}. Start one, or say where it is: --address HOST:PORT, TEMPORAL_ADDRESS, or a --profile of Temporal's configuration file; TLS and API keys are set there as well.`,
    { cause: error },
  );
}

/** What the socket or the name server said, without what the gRPC library says around it. */
function reasonOf(error: unknown): string {
  return detailsOf(error)
    .replace(/^No connection established\. Last error: (Error: )?/, '')
    .replace(/[.\s]*Resolution note:.*$/, '');
}
