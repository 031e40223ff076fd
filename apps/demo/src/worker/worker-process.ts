import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const script = join(__dirname, 'main.js');
const readyMs = 60_000;
const graceMs = 5_000;

/** A worker in a process of its own. */
export interface WorkerProcess {
  readonly pid: number;
  /** Settles when it polls. Rejects with the end of its log when it does not come to that. */
  readonly ready: Promise<void>;
  /** Settles when it is gone: with nothing if that was asked for, with the reason otherwise. */
  readonly ended: Promise<Error | undefined>;
  /** Ends it as a crash would, with SIGKILL, and returns when it is gone. */
  kill(): Promise<void>;
  /** Lets it finish what it does, for some seconds, and returns when it is gone. May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts a worker. It is in a process group of its own, so that Ctrl-C reaches only the demo, and ends by itself
 * when the demo is gone.
 *
 * @param environment what {@link toEnvironment} gave
 * @param logFile takes all that it prints
 */
export async function spawnWorker(environment: NodeJS.ProcessEnv, logFile: string): Promise<WorkerProcess> {
  const log = await open(logFile, 'a');
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, ...environment },
    detached: true,
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
  });
  await log.close();

  let wanted = false;
  const ended = new Promise<Error | undefined>((resolve) => {
    child.once('error', (error) => resolve(error));
    child.once('exit', (code, signal) =>
      resolve(wanted ? undefined : new Error(`The worker ended with ${signal ?? `code ${code}`}`)),
    );
  });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    wanted = true;
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await ended;
    clearTimeout(timer);
  };
  const ready = Promise.race([saysReady(child), ended]).then(async (problem) => {
    if (problem !== undefined) throw new Error(`${problem.message}. It said:\n${await tail(logFile)}`);
  });
  ready.catch(() => undefined);
  return { pid: child.pid ?? 0, ready, ended, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') };
}

/** @returns nothing once the worker says that it is ready, or why it is not waited for any longer */
async function saysReady(child: ChildProcess): Promise<Error | undefined> {
  try {
    await once(child, 'message', { signal: AbortSignal.timeout(readyMs) });
    return undefined;
  } catch {
    return new Error(`The worker was not ready within ${readyMs / 1000} s`);
  }
}

async function tail(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).trimEnd().split('\n').slice(-15).join('\n');
}
