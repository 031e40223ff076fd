import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { namesOf } from './names';
import { copyPacked, ownVersion, packedIn } from './packed-packages';
import { ProjectError } from './project-error';

/** What is written. */
export interface ProjectOptions {
  /** Where: a folder that is empty or not there yet. The package is named after it. */
  readonly folder: string;
  /** What there is a workflow for each of, such as `Order`. @default 'Customer' */
  readonly entity?: string | undefined;
  /**
   * A folder with packed packages, to use in place of those that a registry has. They are copied into the project.
   * @default those of the registry, of the version that this package has
   */
  readonly packages?: string | undefined;
}

/** Folders and files have other names here where npm or a tool would not pack them, or take them for its own. */
const RENAMED: Readonly<Record<string, string>> = {
  gitignore: '.gitignore',
  dockerignore: '.dockerignore',
  env: '.env',
};

const template = join(__dirname, '../template');
const SUFFIX = '.template';

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  overrides?: Record<string, string>;
}

/**
 * Writes a project: a workflow, its worker, a client, a test, an API to try them with, and a Dockerfile.
 *
 * @returns the files that were written, by their paths in the folder
 * @throws ProjectError where something is in the folder already, or a name cannot be used
 * @example
 * await createProject({ folder: 'order-desk', entity: 'Order' });
 */
export async function createProject(options: ProjectOptions): Promise<readonly string[]> {
  const folder = resolve(options.folder);
  const names = namesOf(folder, options.entity ?? 'Customer');
  const manifest = JSON.parse(
    filled(await readFile(join(template, `package.json${SUFFIX}`), 'utf8'), names),
  ) as Manifest;
  const ours = [manifest.dependencies, manifest.devDependencies].flatMap((group) =>
    Object.keys(group).filter((name) => name.startsWith('@stateful-workflow/')),
  );
  const from = options.packages;
  const packed = from === undefined ? undefined : await packedIn(from, [...ours, '@stateful-workflow/http']);
  await refuseFull(folder);

  const values = {
    ...names,
    'stateful-workflow': `^${await ownVersion()}`,
    copyPackages: packed === undefined ? '' : 'COPY packages ./packages\n',
    token: '',
  };
  await mkdir(folder, { recursive: true });
  if (packed !== undefined && from !== undefined) await copyPacked(from, packed, folder);
  const written: string[] = [];
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    // What is in .env is for its owner.
    await writeFile(join(folder, path), text, { mode: path === '.env' ? 0o600 : 0o644 });
    written.push(path);
  };
  for (const file of (await readdir(template, { recursive: true })).toSorted()) {
    if (!file.endsWith(SUFFIX)) continue;
    const path = file.slice(0, -SUFFIX.length);
    const text = await readFile(join(template, file), 'utf8');
    if (path === 'env') {
      await write('.env.example', filled(text, values));
      await write('.env', filled(text, { ...values, token: randomBytes(16).toString('hex') }));
    } else if (path === 'package.json') {
      await write(path, withPacked(filled(text, values), packed));
    } else {
      await write(RENAMED[path] ?? path, filled(text, values));
    }
  }
  return written;
}

async function refuseFull(folder: string): Promise<void> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new ProjectError(`${folder} cannot be written to (${error.code}). Name another folder.`);
  });
  if (files.some((file) => file !== '.git'))
    throw new ProjectError(`${folder} is not empty, and nothing in it is overwritten. Name another folder.`);
}

/** `__entity__` and so on, filled in. */
function filled(text: string, values: object): string {
  return text.replace(
    /__([A-Za-z-]+?)__/g,
    (all, name: string) => (values as Readonly<Record<string, string>>)[name] ?? all,
  );
}

/** The manifest, with tarballs in place of versions; also of what our packages need of each other. */
function withPacked(text: string, packed: ReadonlyMap<string, string> | undefined): string {
  if (packed === undefined) return text;
  const manifest = JSON.parse(text) as Manifest;
  const overrides = new Map(packed);
  for (const group of [manifest.dependencies, manifest.devDependencies])
    for (const name of Object.keys(group)) {
      const path = packed.get(name);
      if (path !== undefined) group[name] = path;
      overrides.delete(name);
    }
  return `${JSON.stringify({ ...manifest, overrides: Object.fromEntries(overrides) }, null, 2)}\n`;
}
