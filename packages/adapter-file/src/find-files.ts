import type { BigIntStats } from 'node:fs';
import { opendir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { InvalidInputError, type EntityRef } from '@stateful-workflow/core';
import { type Patience, patiently } from './disk';
import { FileFault } from './file-fault';
import type { FileFormat, FileQuery } from './file-query';

/** A file that a query names, as it was when it was looked for. */
export interface FoundFile {
  /** Relative to the root, for people. */
  readonly name: string;
  /** Where it is under the root, links and all. */
  readonly path: string;
  /** Where it is in truth. */
  readonly real: string;
  readonly format: FileFormat;
  readonly stats: BigIntStats;
}

/** What a query names. */
export interface Found {
  readonly isDirectory: boolean;
  readonly files: readonly FoundFile[];
}

const ENDINGS: readonly (readonly [RegExp, FileFormat])[] = [
  [/\.json$/i, 'json'],
  [/\.(ndjson|jsonl)$/i, 'ndjson'],
  [/\.csv$/i, 'csv'],
];
const formatOf = (name: string): FileFormat | undefined => ENDINGS.find(([ending]) => ending.test(name))?.[1];

/** Where a query leads: its root and its path, filled in. */
export interface Place {
  readonly root: string;
  readonly name: string;
}

/** @throws InvalidInputError for a root that there is not, and for an id that is no file name */
export function placeOf(query: FileQuery, roots: Readonly<Record<string, string>>, entity: EntityRef): Place {
  const names = Object.keys(roots);
  const rootName = query.root ?? (names.length === 1 ? names[0] : undefined);
  const root = rootName !== undefined && Object.hasOwn(roots, rootName) ? roots[rootName] : undefined;
  if (root === undefined)
    throw new InvalidInputError('root', 'is none of the adapter', `Name one of ${names.join(', ')}`);
  const fill = (field: string, value: string): string => {
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    if (value === '' || /[\x00-\x1f\x7f/\\:]|^\.\.?$/.test(value))
      throw new InvalidInputError(
        field,
        `is no file name, and the path uses {${field}}`,
        'Use ids without / \\ :',
      );
    return value;
  };
  const name = query.path.replace(/\{(id|entityName)\}/g, (_, field: string) =>
    field === 'id' ? fill('id', entity.id) : fill('entityName', entity.name),
  );
  if (name.split('/').some((part) => /^\.{0,2}$/.test(part)))
    throw new InvalidInputError('path', 'has the name "." or ".." once the id is filled in', 'Use other ids');
  return { root, name };
}

/**
 * Follows the links of a path.
 *
 * @throws FileFault `invalid` where it leads out of the root
 */
export async function realPath({ root, name }: Place, patience: Patience): Promise<string> {
  const realRoot = await patiently(realpath(root), 'The root', patience);
  const real = await patiently(realpath(join(root, name)), name, patience);
  if (real.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep)) return real;
  throw new FileFault('invalid', `${name} leads out of its root. Put the file under the root itself.`);
}

/**
 * Finds the files of a query.
 *
 * @throws FileFault where there are none such, or too many
 */
export async function findFiles(
  place: Place,
  query: FileQuery,
  { maxFiles, ...patience }: Patience & { readonly maxFiles: number },
): Promise<Found> {
  const { root, name } = place;
  const found = async (part: string, format: FileFormat | undefined): Promise<FoundFile> => {
    const real = await realPath({ root, name: part }, patience);
    const stats = await patiently(stat(real, { bigint: true }), part, patience);
    if (!stats.isFile())
      throw new FileFault('invalid', `${part} is no plain file. Name a file or a directory.`);
    if (format !== undefined) return { name: part, path: join(root, part), real, format, stats };
    throw new FileFault('invalid', `${part} has no ending that is known. Say its format.`);
  };
  const real = await realPath(place, patience);
  const stats = await patiently(stat(real), name, patience);
  if (!stats.isDirectory())
    return { isDirectory: false, files: [await found(name, query.format ?? formatOf(name))] };

  const names: string[] = [];
  const directory = await patiently(opendir(real), name, patience, (late) => late.close());
  try {
    for (;;) {
      const entry = await patiently(directory.read(), name, patience);
      if (entry === null) break;
      const format = formatOf(entry.name);
      const isWanted = format !== undefined && format === (query.format ?? format);
      if (entry.isDirectory() || entry.name.startsWith('.') || !isWanted) continue;
      if (names.push(entry.name) > maxFiles)
        throw new FileFault('fatal', `${name} has more than ${maxFiles} files. Part it, or raise maxFiles.`);
    }
  } finally {
    void directory.close().catch(() => {});
  }
  const files: FoundFile[] = [];
  for (const entry of names.sort()) files.push(await found(`${name}/${entry}`, formatOf(entry)));
  return { isDirectory: true, files };
}
