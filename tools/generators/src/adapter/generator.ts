import { join } from 'node:path';
import {
  formatFiles,
  generateFiles,
  type GeneratorCallback,
  installPackagesTask,
  names,
  type Tree,
} from '@nx/devkit';
import { ownVersion } from '../versions';

/** What an adapter is generated from. */
export interface AdapterGeneratorOptions {
  /** What it loads from: `redis`. */
  readonly name: string;
  /** Where packages are. @default 'packages' */
  readonly directory?: string;
}

/**
 * Writes a package with an adapter that loads pages by means of a client, and its conformance tests over a client in memory: what
 * is left to do is the client of the real source, and what else the source can do.
 *
 * @returns what installs the package's dependencies once the files are written
 * @throws Error where the package is there already
 */
export async function adapterGenerator(
  tree: Tree,
  options: AdapterGeneratorOptions,
): Promise<GeneratorCallback> {
  const { fileName: name, className: Name, propertyName: variable } = names(options.name);
  const folder = `${options.directory ?? 'packages'}/adapter-${name}`;
  if (tree.exists(folder)) throw new Error(`${folder} is there already. Choose another name.`);
  const up = folder.replace(/[^/]+/g, '..');
  const version = ownVersion();
  generateFiles(tree, join(__dirname, '../../files/adapter'), folder, { name, Name, variable, up, version });
  const licence = tree.read('LICENSE');
  if (licence !== null) tree.write(`${folder}/LICENSE`, licence);
  await formatFiles(tree);
  return () => installPackagesTask(tree);
}

export default adapterGenerator;
