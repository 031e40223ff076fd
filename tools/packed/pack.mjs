import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './commands.mjs';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/**
 * Packs every package as `npm publish` would.
 *
 * @param folder where the tarballs go
 * @returns of each its name, its manifest and its tarball
 */
export async function packAll(folder) {
  const folders = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name));
  const workspaces = folders.flatMap((path) => ['-w', path]);
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder, ...workspaces];
  const output = await run('npm', args, { cwd: root });
  const packed = JSON.parse(output.slice(output.indexOf('[')));
  return folders.map((path) => {
    const manifest = manifestOf(path);
    const { filename } = packed.find(({ name }) => name === manifest.name);
    return { name: manifest.name, manifest, tarball: join(folder, filename) };
  });
}

/**
 * What users install beside our packages, as `name@version`: the versions that are installed here, so that nothing that is
 * published elsewhere changes what this finds.
 */
export const installedHere = (names) =>
  names.map((name) => `${name}@${manifestOf(join(root, 'node_modules', name)).version}`);

/** The packages of Temporal that a project with a worker has, as its own samples name them. */
export const temporalPackages = ['activity', 'client', 'common', 'worker', 'workflow'].map(
  (name) => `@temporalio/${name}`,
);
