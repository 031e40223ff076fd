import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { directorySecrets } from './directory-secrets';
import type { SecretProvider } from './provider';

const origins = ['https://crm.example.com'];

describe('directorySecrets()', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'secrets-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const valueOf = async (provider: SecretProvider, name: string): Promise<string | undefined> =>
    (await provider.get(name))?.secret.reveal();

  it('reads a file as it is now, without the line break at its end', async () => {
    const provider = directorySecrets(directory, { TOKEN: { origins }, CRM: { origins, file: 'crm/token' } });
    expect(await valueOf(provider, 'TOKEN')).toBeUndefined();
    await writeFile(join(directory, 'TOKEN'), 'one\n');
    expect(await valueOf(provider, 'TOKEN')).toBe('one');
    await writeFile(join(directory, 'TOKEN'), ' two \r\n');
    expect(await valueOf(provider, 'TOKEN')).toBe(' two ');
    await writeFile(join(directory, 'TOKEN'), '\n');
    expect(await valueOf(provider, 'TOKEN')).toBeUndefined();
    await mkdir(join(directory, 'crm'));
    await writeFile(join(directory, 'crm', 'token'), 'three');
    expect(await valueOf(provider, 'CRM')).toBe('three');
  });

  it('follows a mount that is swapped as Kubernetes does it', async () => {
    const provider = directorySecrets(directory, { TOKEN: { origins } });
    for (const version of ['v1', 'v2']) {
      await mkdir(join(directory, version));
      await writeFile(join(directory, version, 'TOKEN'), version);
      await symlink(version, join(directory, '..next'));
      await rename(join(directory, '..next'), join(directory, '..data'));
      if (version === 'v1') await symlink(join('..data', 'TOKEN'), join(directory, 'TOKEN'));
      expect(await valueOf(provider, 'TOKEN')).toBe(version);
    }
  });

  it('gives only what is listed', async () => {
    await writeFile(join(directory, 'OTHER'), 'x');
    const provider = directorySecrets(directory, { TOKEN: { origins } });
    for (const name of ['OTHER', '../OTHER', 'constructor', ''])
      expect(await provider.get(name), name).toBeUndefined();
  });

  it('says what cannot be read, and not that it is missing', async () => {
    await mkdir(join(directory, 'TOKEN'));
    const provider = directorySecrets(directory, { TOKEN: { origins } });
    await expect(provider.get('TOKEN')).rejects.toThrow('EISDIR');
  });

  it.each(['../x', '/etc/passwd', 'a/../../x', '..'])('refuses a file outside the directory: %s', (file) =>
    expect(() => directorySecrets(directory, { TOKEN: { origins, file } })).toThrow(
      'TOKEN.file: is outside the directory of secrets',
    ),
  );
});
