import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProjectError } from './project-error';

/** Packages of a project that are taken from tarballs, by their names: `file:packages/….tgz`. */
export type PackedPackages = ReadonlyMap<string, string>;

/** Where in the project the tarballs are, so that it stays whole wherever it goes. */
const FOLDER = 'packages';

/** `stateful-workflow-core-0.1.0.tgz`: as npm names the tarball of a package of ours. */
const TARBALL = /^stateful-workflow-(.+)-\d+\.\d+\.\d+(?:-[\w.]+)?\.tgz$/;

/**
 * The packages that a folder has as tarballs, as `npm pack` writes them.
 *
 * @throws ProjectError where it has none of `needed`
 */
export async function packedIn(from: string, needed: readonly string[]): Promise<PackedPackages> {
  const files = await readdir(from).catch((error: NodeJS.ErrnoException) => {
    throw new ProjectError(
      `The folder ${from} cannot be read (${error.code}). Name one with packed packages.`,
    );
  });
  const packed = new Map<string, string>();
  for (const file of files) {
    const [, name] = TARBALL.exec(file) ?? [];
    if (name !== undefined) packed.set(`@stateful-workflow/${name}`, `file:${FOLDER}/${file}`);
  }
  const missing = needed.find((name) => !packed.has(name));
  if (missing !== undefined)
    throw new ProjectError(
      `${from} has no tarball of ${missing}. Pack it there: npm pack --pack-destination`,
    );
  return packed;
}

/** Copies tarballs into a project. */
export async function copyPacked(from: string, packed: PackedPackages, project: string): Promise<void> {
  await mkdir(join(project, FOLDER));
  for (const path of packed.values()) {
    const file = path.slice(`file:${FOLDER}/`.length);
    await cp(join(from, file), join(project, FOLDER, file));
  }
}

/** The version that this package has, which all of ours share. */
export async function ownVersion(): Promise<string> {
  const manifest = await readFile(join(__dirname, '../package.json'), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
