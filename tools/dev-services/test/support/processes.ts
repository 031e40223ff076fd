import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { findTemporal } from '../../src/temporal/find-temporal';
import { shellScript, temporaryDirectory } from './fake-commands';

/** The Temporal CLI of this machine, even where the tests run against a server given by address. */
export async function realTemporal(): Promise<string> {
  const choice = await findTemporal({ env: { ...process.env, TEMPORAL_ADDRESS: '' } });
  if (choice.way === 'address') throw new Error('unreachable: TEMPORAL_ADDRESS is empty');
  return choice.executable;
}

/** The Temporal CLI behind a script that writes the server's process id to a file. */
export async function observedTemporal(): Promise<{ env: NodeJS.ProcessEnv; pid(): Promise<number> }> {
  const directory = await temporaryDirectory();
  const pidFile = join(directory, 'pid');
  const real = await realTemporal();
  // `exec` keeps the process id.
  const script = await shellScript(
    join(directory, 'temporal'),
    `[ "$1" = server ] && echo $$ > '${pidFile}'`,
    `exec '${real}' "$@"`,
  );
  return {
    env: { ...process.env, TEMPORAL_ADDRESS: '', TEMPORAL_CLI_PATH: script },
    pid: async () => Number(await readFile(pidFile, 'utf8')),
  };
}

/** Whether there is a process with an id. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Returns when there is no process with an id; the operating system tells a stranger of its end in no other way. */
export async function untilGone(pid: number): Promise<void> {
  const check = (): void => {
    if (isRunning(pid)) throw new Error(`Process ${pid} is still running.`);
  };
  await vi.waitFor(check, { timeout: 15_000, interval: 20 });
}

/** Connects to `host:port`; rejects if nobody listens. */
export async function dial(address: string): Promise<Socket> {
  const [host, port] = address.split(':');
  const socket = connect({ host, port: Number(port) });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** A Node process under test. */
export interface NodeProcess {
  readonly child: ChildProcess;
  /** All of its output so far. */
  output(): { stdout: string; stderr: string };
  /** The first match of a pattern in its stdout, as soon as it is there. */
  matches(pattern: RegExp): Promise<RegExpExecArray>;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** Starts a Node script in a process group of its own, which is killed after the test if need be. */
export function startNode(args: readonly string[], env: NodeJS.ProcessEnv = process.env): NodeProcess {
  const child = spawn(process.execPath, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
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
      void ended.then((how) => reject(new Error(`It ended (${how}) without ${pattern}:\n${output.stderr}`)));
      look();
    });
  return { child, output: () => output, matches, ended };
}
