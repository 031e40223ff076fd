import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProject } from './create-project';

let folder: string;
const read = (path: string): Promise<string> => readFile(join(folder, path), 'utf8');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'create-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('createProject()', () => {
  it('writes what it says, with the names filled in', async () => {
    const files = await createProject({ folder, entity: 'Policy' });
    expect(files).toContain('src/workflows.ts');
    for (const file of files) expect(await read(file), file).not.toMatch(/__[A-Za-z-]+__/);
    expect(await read('src/workflows.ts')).toContain("rest({ path: '/policies/{id}' })");
    expect(await read('src/worker.ts')).toContain("require.resolve('./workflows')");
  });

  it('names versions of a registry, that of the package for ours', async () => {
    await createProject({ folder });
    const { version } = JSON.parse(await readFile(join(__dirname, '../package.json'), 'utf8')) as {
      version: string;
    };
    expect(JSON.parse(await read('package.json'))).toMatchObject({
      dependencies: { '@stateful-workflow/core': `^${version}` },
    });
    expect(await read('Dockerfile')).not.toContain('COPY packages');
  });

  it('makes a token for each project, which its owner alone can read and git does not keep', async () => {
    await createProject({ folder });
    expect(await read('.env')).toMatch(/^API_TOKEN=[0-9a-f]{32}$/m);
    expect(await read('.env.example')).toMatch(/^API_TOKEN=$/m);
    expect(await read('.gitignore')).toMatch(/^\.env$/m);
    expect((await stat(join(folder, '.env'))).mode & 0o077).toBe(0);
  });

  it('takes packed packages along, also those that ours need', async () => {
    const packages = await mkdtemp(join(tmpdir(), 'create-test-packages-'));
    const tarball = (name: string): string => `stateful-workflow-${name}-0.1.0.tgz`;
    for (const name of ['core', 'http', 'adapter-rest', 'testing'])
      await writeFile(join(packages, tarball(name)), name);
    await createProject({ folder, packages });
    await rm(packages, { recursive: true });
    expect(await read(`packages/${tarball('core')}`)).toBe('core');
    expect(JSON.parse(await read('package.json'))).toMatchObject({
      dependencies: { '@stateful-workflow/core': `file:packages/${tarball('core')}` },
      overrides: { '@stateful-workflow/http': `file:packages/${tarball('http')}` },
    });
    expect(await read('Dockerfile')).toContain('COPY packages ./packages\nRUN npm ci');
  });

  it('writes nothing where packages are missing', async () => {
    await expect(createProject({ folder: join(folder, 'new'), packages: folder })).rejects.toThrow(
      /has no tarball of @stateful-workflow\/adapter-rest/,
    );
    await expect(stat(join(folder, 'new'))).rejects.toThrow('ENOENT');
  });

  it('overwrites nothing', async () => {
    await writeFile(join(folder, 'notes.txt'), 'mine');
    await expect(createProject({ folder })).rejects.toThrow(/is not empty, and nothing in it is overwritten/);
  });

  it('refuses a name that is none for an entity', async () => {
    await expect(createProject({ folder, entity: 'my order' })).rejects.toThrow(/"my order" is not/);
  });
});
