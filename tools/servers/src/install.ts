import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

/** Where the servers are installed. */
export interface Installed {
  /** The folder with their manifest, their scripts and `node_modules`. */
  readonly directory: string;
  /** The Python that has theirs. */
  readonly python: string;
}

const run = promisify(execFile);
const PROJECT = resolve(__dirname, '..');
const CACHE = resolve(PROJECT, '../../.cache/servers');

/**
 * Installs the servers once for each state of `third-party`, into `.cache/servers` of the clone. No install script of
 * theirs is run.
 *
 * @throws Error when npm or pip cannot install them
 */
export async function install(): Promise<Installed> {
  const source = join(PROJECT, 'third-party');
  const manifests = await Promise.all(
    ['package.json', 'requirements.txt'].map((name) => readFile(join(source, name))),
  );
  const version = createHash('sha256').update(Buffer.concat(manifests)).digest('hex').slice(0, 12);
  const directory = join(CACHE, version);
  const python = join(directory, 'python/bin/python');
  if (!(await exists(directory))) {
    const making = `${directory}.${process.pid}`;
    await rm(making, { recursive: true, force: true });
    await mkdir(making, { recursive: true });
    await cp(source, making, { recursive: true });
    const env = { ...process.env, npm_config_workspaces: 'false' };
    await Promise.all([
      run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'], {
        cwd: making,
        env,
      }),
      installPython(making),
    ]);
    await rename(making, directory);
  }
  // What they are told to serve may have changed since.
  await cp(source, directory, { recursive: true });
  return { directory, python };
}

async function installPython(directory: string): Promise<void> {
  const target = join(directory, 'python');
  await run('python3', ['-m', 'venv', '--copies', target]);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  await run(join(target, 'bin/python'), [...pip, '-r', join(directory, 'requirements.txt')]);
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
