import { spawn } from 'node:child_process';

/** How a command is run. */
export interface RunCommandOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** After so many milliseconds the command is killed and counts as failed. */
  readonly timeoutMs: number;
}

/** What a command that succeeded printed. */
export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
}

const tailLength = 2000;

/**
 * Runs a command to its end and returns what it printed.
 *
 * @throws Error with the reason in one line: it could not be started, took too long, or failed, with the last
 * line of what it said
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: RunCommandOptions,
): Promise<CommandOutput> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        output[stream] = (output[stream] + text).slice(-tailLength);
      });
    }

    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
      // A grandchild may hold the pipes open, and then `close` would not come.
      child.stdout.destroy();
      child.stderr.destroy();
    }, options.timeoutMs);

    child.once('error', (error) => {
      clearTimeout(timer);
      reject(new Error(`could not be started: ${error.message}`, { cause: error }));
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (late) reject(new Error(`took longer than ${options.timeoutMs / 1000} s`));
      else if (code === 0) resolve(output);
      else reject(new Error(failure(code, signal, output)));
    });
  });
}

function failure(code: number | null, signal: NodeJS.Signals | null, output: CommandOutput): string {
  const ending = code === null ? `was ended by ${signal ?? 'a signal'}` : `ended with code ${code}`;
  const said = lastLine(output.stderr) ?? lastLine(output.stdout);
  return said === undefined ? ending : `${ending}: ${said}`;
}

function lastLine(text: string): string | undefined {
  return text
    .split('\n')
    .map((line) => line.trim())
    .findLast((line) => line !== '');
}
