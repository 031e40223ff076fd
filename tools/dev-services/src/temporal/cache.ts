import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { executableName, isExecutable, temporalVersion } from './executable';

// A home directory may be shared by machines that cannot run each other's programs. The number is raised when
// the project needs a newer server, so that nobody stays on an old copy.
const copyName = `temporal-cli-1.9-${process.platform}-${process.arch}`;
const staleAfterMs = 60 * 60 * 1000;

/**
 * Where this user's caches of the project are: `stateful-workflow` under `XDG_CACHE_HOME`, or under the
 * platform's own cache directory.
 */
export function cacheDirectory(env: NodeJS.ProcessEnv): string {
  const home = env['HOME'] ?? homedir();
  const base =
    env['XDG_CACHE_HOME'] ||
    (process.platform === 'win32' && env['LOCALAPPDATA']) ||
    (process.platform === 'darwin' ? join(home, 'Library', 'Caches') : join(home, '.cache'));
  return join(base, 'stateful-workflow');
}

/** Where the Temporal CLI is when it was downloaded before; the file need not exist. */
export function cachedTemporalPath(env: NodeJS.ProcessEnv): string {
  return join(cacheDirectory(env), copyName, 'bin', executableName('temporal'));
}

/**
 * Fills the cache with a Temporal CLI and returns its path.
 *
 * ## Rules
 * The copy is made in a directory of its own and moved into place when it is complete and runs. So a killed
 * installation leaves no broken copy, and of two at the same time one wins and both can go on.
 *
 * @param download puts the CLI somewhere into a directory that it is given and returns the path of the file
 */
export async function installTemporal(
  env: NodeJS.ProcessEnv,
  download: (directory: string) => Promise<string>,
): Promise<string> {
  const target = cachedTemporalPath(env);
  const copy = dirname(dirname(target));
  const cache = dirname(copy);
  await mkdir(cache, { recursive: true });
  await removeLeftovers(cache);

  const work = await mkdtemp(join(cache, `${copyName}.tmp-`));
  try {
    const downloaded = await download(join(work, 'download'));
    const staged = join(work, 'copy', 'bin', executableName('temporal'));
    await mkdir(dirname(staged), { recursive: true });
    await rename(downloaded, staged);
    if (!(await isExecutable(staged))) throw new Error('left a file that cannot be run');
    await temporalVersion(staged, env);
    await moveIntoPlace(join(work, 'copy'), copy, join(work, 'replaced'), env);
    return target;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function moveIntoPlace(from: string, to: string, trash: string, env: NodeJS.ProcessEnv): Promise<void> {
  const works = await temporalVersion(cachedTemporalPath(env), env).catch(() => undefined);
  if (works !== undefined) return;
  try {
    await rename(to, trash);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  try {
    await rename(from, to);
  } catch (error) {
    // Somebody else put a complete copy there in the meantime; it is as good as ours.
    if (!hasCode(error, 'ENOTEMPTY') && !hasCode(error, 'EEXIST') && !hasCode(error, 'EPERM')) throw error;
    await temporalVersion(cachedTemporalPath(env), env);
  }
}

async function removeLeftovers(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (!name.startsWith(`${copyName}.tmp-`)) continue;
    const path = join(cache, basename(name));
    const modified = (await stat(path).catch(() => undefined))?.mtimeMs;
    if (modified !== undefined && Date.now() - modified > staleAfterMs) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
