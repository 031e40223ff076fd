import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

/** A server that runs. */
export interface ServerProcess {
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;

/**
 * Starts a server and waits until it answers.
 *
 * @param ready an address that answers once it is up, with any status
 * @throws Error with the end of what it wrote, when it does not come up
 */
export async function startServer(
  command: string,
  args: readonly string[],
  {
    ready,
    cwd,
    env = {},
  }: { readonly ready: string; readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<ServerProcess> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output = `${output}${chunk.toString()}`.slice(-4_000)));
  let ended = false;
  const exit = once(child, 'exit').then(() => (ended = true));
  const stop = async (): Promise<void> => {
    if (!ended) child.kill('SIGKILL');
    await exit;
  };
  const until = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const answer = await fetch(ready).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer !== undefined) return { stop };
    if (ended || Date.now() > until) {
      await stop();
      throw new Error(`${command} ${args.join(' ')} did not come up. It wrote:\n${output}`);
    }
    await wait(50);
  }
}
