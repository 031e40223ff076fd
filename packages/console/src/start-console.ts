import { isIP } from 'node:net';
import type { Client } from '@temporalio/client';
import type { Keyring } from '@stateful-workflow/core/client';
import { ConsoleError } from './errors';
import { consoleServer } from './http/server';
import { Sight } from './sight';

/** What a console looks at, and who may. */
export interface ConsoleOptions {
  /** The client that it looks with: its namespace, and its data converter where payloads are encrypted. It is not closed. */
  readonly client: Client;
  /** The server's address, as it is shown. @default 'the server' */
  readonly address?: string;
  /** Only workflows of this task queue. @default all */
  readonly taskQueue?: string;
  /** Only workflows that this list filter of Temporal's finds. @default all */
  readonly query?: string;
  /** Where to listen. @default '127.0.0.1' */
  readonly host?: string;
  /** The port; 0 takes any. @default 8480 */
  readonly port?: number;
  /** What people sign in with, at least 16 characters. @default nobody has to, which only a loopback address allows */
  readonly token?: string;
  /** Where else it is reached: `https://console.example.com`. @default nowhere */
  readonly origins?: readonly string[];
  /** Whether it is reached by https, through a proxy before it that writes `X-Forwarded-For`. @default false */
  readonly secure?: boolean;
  /** What tokens are sealed with, so that their value may be given. @default only references are taken */
  readonly keyring?: Keyring;
  /** Shows, and has no workflow do anything. @default false */
  readonly readOnly?: boolean;
  /** Where Temporal's UI is, for links. @default no links */
  readonly temporalUi?: string;
  /** How many workflows are looked at in a second, at most, while a page is open. @default 50 */
  readonly perSecond?: number;
}

/** A console that listens. */
export interface RunningConsole {
  readonly url: string;
  /** Ends it: pages that are open say so. The client stays open. */
  readonly close: () => Promise<void>;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/**
 * Starts a web console over a fleet of Stateful Workflow.
 *
 * ## Rules
 * - On a loopback address whoever reaches it is let in, unless there is a token; on any other one a token is required.
 * - It is reached by `localhost`, by an address, and by the names of `origins`, and by no other name.
 * - Nothing is asked of any workflow while no page is open.
 *
 * @throws ConsoleError when it cannot be started so; what to do is in the message
 * @example
 * const console = await startConsole({ client, readOnly: true });
 * process.stdout.write(`${console.url}\n`);
 */
export async function startConsole(options: ConsoleOptions): Promise<RunningConsole> {
  const { client, host = '127.0.0.1', port = 8480, token, origins = [], secure = false } = options;
  const { address = 'the server', taskQueue, query, keyring, readOnly = false, perSecond = 50 } = options;
  check(host, token, origins);
  const { namespace } = client.options;
  const temporalUi = options.temporalUi?.replace(/\/+$/, '');
  const sees = { address, namespace, ...(taskQueue && { taskQueue }), ...(query && { query }) };
  const sight = new Sight({ ...sees, client, perSecond, ...(keyring && { keyring }) });
  const about = { ...sees, readOnly, canSeal: keyring !== undefined, ...(temporalUi && { temporalUi }) };
  const server = consoleServer({ about, sight, token, origins, secure });
  try {
    await server.listen({ host, port });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConsoleError(
      `The console cannot listen at ${host}:${port}: ${reason}. Choose another --port or --host.`,
      {
        cause: error,
      },
    );
  }
  const at = server.server.address();
  const bound = typeof at === 'object' && at !== null ? at.port : port;
  return {
    url: `http://${isIP(host) === 6 ? `[${host}]` : host}:${bound}`,
    async close() {
      await server.close();
      await sight.close();
    },
  };
}

function check(host: string, token: string | undefined, origins: readonly string[]): void {
  if (token === undefined && !LOOPBACK.test(host))
    throw new ConsoleError(
      `Whoever reaches ${host} could steer your workflows: a console there needs a sign-in token. Set STATEFUL_WORKFLOW_CONSOLE_TOKEN (openssl rand -hex 16), or leave out --host.`,
    );
  if (token !== undefined && token.length < 16)
    throw new ConsoleError(
      'The sign-in token has fewer than 16 characters. Make one with: openssl rand -hex 16',
    );
  for (const origin of origins)
    if (!URL.canParse(origin) || new URL(origin).origin !== origin || !/^https?:/.test(origin))
      throw new ConsoleError('An origin is a scheme and a host, such as https://console.example.com.');
}
