import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const watchdogScript = join(__dirname, '..', 'bin', 'watchdog.mjs');
const tailLines = 12;
const graceMs = 5_000;

/** A server that runs as a child of this process and does not outlive it. */
export interface ServerProcess {
  /** Settles when the process is gone: with nothing after `stop()`, with the reason otherwise. */
  readonly ended: Promise<Error | undefined>;
  /** Settles at the first line on its stdout; not at one on stderr, where it says why it cannot start. */
  readonly spoke: Promise<void>;
  /** The last lines that it wrote. */
  tail(): string;
  /** Asks it to end, ends it by force after five seconds, and returns when it is gone. May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts a server under a watchdog process which ends it when this process ends in any way, SIGKILL included.
 *
 * ## Rules
 * Both run in a process group of their own, so that Ctrl-C in a terminal reaches only us, and the order in
 * which things stop stays ours.
 *
 * @param log told each line that the server writes until it is asked to end
 */
export function startServerProcess(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  log: (line: string) => void = () => undefined,
): ServerProcess {
  const watchdog = spawn(process.execPath, [watchdogScript, String(graceMs), command, ...args], {
    // What the parent was started with (a debugger's port, a loader) is not meant for the watchdog.
    env: { ...env, NODE_OPTIONS: '' },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });

  let stopping: Promise<void> | undefined;
  const lines: string[] = [];
  const keep = (line: string): void => {
    lines.push(line);
    if (lines.length > tailLines) lines.shift();
    // A server that is asked to end reports every call that this interrupts as an error.
    if (stopping === undefined) log(line);
  };
  const stdout = createInterface({ input: watchdog.stdout }).on('line', keep);
  createInterface({ input: watchdog.stderr }).on('line', keep);
  const spoke = new Promise<void>((resolve) => stdout.once('line', () => resolve()));
  // The watchdog may be gone while we close its stdin; `ended` tells about that.
  watchdog.stdin.on('error', () => undefined);

  const ended = new Promise<Error | undefined>((resolve) => {
    watchdog.once('error', (error) => resolve(error));
    watchdog.once('close', (code) => {
      const tail = lines.join('\n');
      resolve(
        stopping
          ? undefined
          : new Error(`The server ended with code ${code ?? 'unknown'}. It said:\n${tail}`),
      );
    });
  });

  return {
    ended,
    spoke,
    tail: () => lines.join('\n'),
    stop: () =>
      (stopping ??= (async () => {
        watchdog.stdin.end('stop');
        // Normally the watchdog does it; this is for a watchdog that hangs.
        const timer = setTimeout(() => killGroup(watchdog.pid), graceMs * 2);
        await ended;
        clearTimeout(timer);
      })()),
  };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone, which is what was wanted.
  }
}
