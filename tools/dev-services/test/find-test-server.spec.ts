import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cachedTestServerPath, findTestServer } from '../src/temporal/find-test-server';
import { executableName } from '../src/temporal/executable';
import { shellScript, temporaryDirectory } from './support/fake-commands';

async function emptyEnvironment(): Promise<NodeJS.ProcessEnv> {
  const root = await temporaryDirectory();
  return { PATH: join(root, 'bin'), XDG_CACHE_HOME: join(root, 'cache'), HOME: root };
}

const notAsked = (): Promise<string> => Promise.reject(new Error('must not be downloaded'));

describe('the time-skipping server', () => {
  it('is the one that TEMPORAL_TEST_SERVER_PATH names', async () => {
    const env = await emptyEnvironment();
    const path = await shellScript(join(env['HOME'] ?? '', 'my-server'), 'exit 0');
    expect(await findTestServer({ ...env, TEMPORAL_TEST_SERVER_PATH: path }, notAsked)).toBe(path);
    const wrong = { ...env, TEMPORAL_TEST_SERVER_PATH: '/nowhere' };
    await expect(findTestServer(wrong, notAsked)).rejects.toThrow(
      '/nowhere, which is not an executable file',
    );
  });

  it('is downloaded once', async () => {
    const env = await emptyEnvironment();
    const download = async (directory: string): Promise<string> =>
      shellScript(join(directory, 'bin', executableName('temporal-test-server')), 'exit 0');
    expect(await findTestServer(env, download)).toBe(cachedTestServerPath(env));
    expect(await findTestServer(env, notAsked)).toBe(cachedTestServerPath(env));
  });

  it("is left to Temporal's SDK where it cannot be downloaded", async () => {
    expect(await findTestServer(await emptyEnvironment(), notAsked)).toBeUndefined();
  });
});
