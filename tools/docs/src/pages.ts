import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The root of the repository. */
export const ROOT = join(import.meta.dirname, '../../..');

/** A page of the documentation: a Markdown file of the repository. */
export interface Page {
  /** Its path from the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Reports of the public API are made of the code. */
const NOT_OURS = [':!packages/*/api/*', ':!docs/reference/api'];

/** Every page that we write: those that git knows, and those that are new to it. */
export function pages(): readonly Page[] {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', '*.md', ...NOT_OURS];
  return execFileSync('git', list, { cwd: ROOT, encoding: 'utf8' })
    .split('\0')
    .filter((path) => path !== '')
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}
