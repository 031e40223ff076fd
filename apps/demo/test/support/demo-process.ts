import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';

const main = join(__dirname, '../../dist/main.js');

/** A process under test. */
export interface TestProcess {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** The first match of a pattern in its standard output, as soon as it is there. */
  matches(pattern: RegExp): Promise<RegExpExecArray>;
}

/** Starts the demo. */
export const startDemo = (args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): TestProcess =>
  startNode([main, ...args], { env });

/** Starts a Node script, which is killed after the test if need be. */
export function startNode(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): TestProcess {
  // The test run's own npm is not the one that the demo was started with.
  const env = { ...process.env, npm_lifecycle_event: undefined, FORCE_COLOR: undefined, ...options.env };
  const child = spawn(process.execPath, args, {
    cwd: options.cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')));
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  const matches = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(output.stdout);
        if (match === null) return;
        child.stdout.off('data', look);
        resolve(match);
      };
      child.stdout.on('data', look);
      void ended.then((how) =>
        reject(new Error(`It ended (${how}) without ${pattern}:\n${output.stdout}\n${output.stderr}`)),
      );
      look();
    });
  return { child, output, ended, matches };
}

/** The processes that descend from one, itself included. */
export function descendants(pid: number): number[] {
  const parents = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const family = [pid];
  for (const parent of family)
    family.push(...parents.flatMap(([child = 0, of]) => (of === parent ? [child] : [])));
  return family;
}

/** Returns when none of some processes is there any more. */
export async function untilGone(pids: readonly number[]): Promise<void> {
  const check = (): void => {
    const left = pids.filter(isRunning);
    if (left.length > 0) throw new Error(`Still running: ${left.join(', ')}`);
  };
  await vi.waitFor(check, { timeout: 15_000, interval: 50 });
}

/** The loopback ports that a text names. */
export function portsIn(text: string): number[] {
  return [...new Set([...text.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port)))];
}

/** Whether somebody listens on a loopback port. */
export async function listens(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
