import { parseArgs } from 'node:util';
import { Keyring } from '@stateful-workflow/core/client';
import { codecServer } from './server';

const usage = `Usage: stateful-workflow-codec-server [options]

Lets people with the token read workflows whose payloads are encrypted, in the Temporal UI and CLI.

  --keyring FILE   the keyring: { "primary": "ID", "keys": { "ID": "32 bytes in base64" } };
                   or STATEFUL_WORKFLOW_KEYRING
  --port PORT      where to listen (default 8888)
  --host HOST      on which address (default 127.0.0.1)
  --ui ORIGIN      where the Temporal UI is (default http://localhost:8233); may be given several times
  --secure         it is reached by https, through a proxy before it
  --help           show this

The token comes from STATEFUL_WORKFLOW_CODEC_TOKEN, at least 16 characters: openssl rand -hex 16
`;

/** What the command does. Sets the exit code; writes to standard output and error. */
export async function main(args = process.argv.slice(2), env = process.env): Promise<void> {
  try {
    await run(args, env);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exitCode = 2;
  }
}

async function run(args: string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      keyring: { type: 'string', default: env['STATEFUL_WORKFLOW_KEYRING'] ?? '' },
      port: { type: 'string', default: '8888' },
      host: { type: 'string', default: '127.0.0.1' },
      ui: { type: 'string', multiple: true, default: ['http://localhost:8233'] },
      secure: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(usage);
  const token = env['STATEFUL_WORKFLOW_CODEC_TOKEN'] ?? '';
  if (token === '') throw new Error('STATEFUL_WORKFLOW_CODEC_TOKEN is not set: nobody could be let in.');
  if (values.keyring === '') throw new Error('There is no keyring: name its file with --keyring.');
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('--port is not a port.');
  const keyring = Keyring.fromFile(values.keyring);
  const server = codecServer({ keyring, token, uiOrigins: values.ui, secure: values.secure });
  const address = await server.listen({ port, host: values.host });
  process.stdout.write(
    `Codec server at ${address}. Sign in there, then set it as the codec endpoint of the Temporal UI.\n`,
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
}
