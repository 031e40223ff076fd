import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import type {} from '@stateful-workflow/dev-services/vitest';
import type { Env, TextStream } from '../../src/io';
import { run } from '../../src/run';

const bin = join(__dirname, '..', '..', 'bin', 'stateful-workflow.mjs');

/** What a command printed and ended with. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: unknown;
}

/** The environment of a person who has set nothing but the server's address. */
export function environment(more: Env = {}): NodeJS.ProcessEnv {
  const { PATH } = process.env;
  // No home: the configuration file of whoever runs the tests is not read.
  return { PATH, HOME: '/nonexistent', TEMPORAL_ADDRESS: inject('temporalAddress'), ...more };
}

/**
 * Runs the built command as a process, with its output into pipes.
 *
 * @param options `deaf`: nobody reads what it prints; `cwd`: where it runs; `interrupt`: when a person ends it
 */
export async function cli(
  args: readonly string[],
  env: NodeJS.ProcessEnv = environment(),
  {
    deaf = false,
    cwd,
    interrupt,
  }: { readonly deaf?: boolean; readonly cwd?: string; readonly interrupt?: Promise<unknown> } = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [bin, ...args], { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')));
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  if (deaf) child.stdout.destroy();
  void interrupt?.then(() => child.kill('SIGINT'));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { ...output, code: code ?? signal };
}

/** A terminal that keeps what is printed. */
export function fakeTerminal(columns = 120): TextStream & { text: string } {
  return {
    text: '',
    isTTY: true,
    columns,
    write(text: string) {
      this.text += text;
    },
  };
}

/** Runs a command in this process, as if in a terminal. @param options its width, and the time it sees */
export async function cliInTerminal(
  args: readonly string[],
  more: Env = {},
  { columns, now = Date.now }: { readonly columns?: number; readonly now?: () => number } = {},
): Promise<Outcome> {
  const stdout = fakeTerminal(columns);
  const stderr = fakeTerminal(columns);
  const env = environment({ LANG: 'en_US.UTF-8', TERM: 'xterm', ...more });
  const code = await run(args, { stdout, stderr, env, now, onInterrupt: () => () => {} });
  return { stdout: stdout.text, stderr: stderr.text, code };
}
