import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { ROOT } from './pages.js';

/**
 * Where a page of the repository is on the site: `docs/guide/rest.md` is `guide/rest.md`, and the `README.md` of a folder its
 * first page.
 */
export function sitePath(path: string): string {
  return path.replace(/^docs\//, '').replace(/(^|\/)README\.md$/, '$1index.md');
}

/**
 * Where a link of a page leads on the site.
 *
 * @param page the path of the page in the repository
 * @returns `undefined` for what is no page: a file of code, a folder
 */
export function siteLink(page: string, target: string): string | undefined {
  const [path = '', anchor] = target.split('#');
  const hash = anchor === undefined ? '' : `#${anchor}`;
  if (path === '') return hash;
  const file = posix.join(posix.dirname(page), path);
  if (file.endsWith('.md')) return `/${sitePath(file)}${hash}`;
  // On a forge, a folder shows its README.
  const first = posix.join(file, 'README.md');
  return existsSync(join(ROOT, first)) ? `/${sitePath(first)}${hash}` : undefined;
}
