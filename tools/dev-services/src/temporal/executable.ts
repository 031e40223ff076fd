import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runCommand } from './run-command';

const versionTimeoutMs = 20_000;

/** The file name of a command on this platform. */
export function executableName(command: string): string {
  return process.platform === 'win32' ? `${command}.exe` : command;
}

/** Whether there is a file at the path that this user may run. */
export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** Where a command is on the PATH of an environment, or `undefined`. */
export async function findOnPath(command: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const directory of (env['PATH'] ?? '').split(delimiter)) {
    if (directory === '') continue;
    const path = join(directory, executableName(command));
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

/**
 * The version of the Temporal CLI at a path, such as `1.9.1`. Running it is the only proof that a file is
 * complete, is made for this machine and is Temporal at all.
 *
 * @throws Error with the reason in one line when it does not run or is something else
 */
export async function temporalVersion(path: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await runCommand(path, ['--version'], { env, timeoutMs: versionTimeoutMs });
  const version = /^temporal version (\S+)/.exec(stdout)?.[1];
  if (version === undefined)
    throw new Error('answers `--version` like something other than the Temporal CLI');
  return version;
}
