import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import GithubSlugger from 'github-slugger';
import MarkdownIt, { type Token } from 'markdown-it';
import { type Page, ROOT } from './pages.js';

interface Link {
  readonly line: number;
  readonly target: string;
}

const parse = ({ text }: Page): Token[] => new MarkdownIt({ html: true }).parse(text, {});

/** Links and pictures of a page that lead into the repository. */
function linksOf(page: Page): Link[] {
  return parse(page).flatMap(({ children, map }) =>
    (children ?? [])
      .map((child) => child.attrGet('href') ?? child.attrGet('src'))
      .filter((target) => target !== null && !/^[a-z]+:/.test(target))
      .map((target) => ({ line: (map?.[0] ?? 0) + 1, target: target as string })),
  );
}

/** The anchors of a page's headings, as a forge and the site make them. */
function anchorsOf(page: Page): Set<string> {
  const slugger = new GithubSlugger();
  const tokens = parse(page);
  return new Set(
    tokens.flatMap(({ type }, i) =>
      type === 'heading_open' ? [slugger.slug(textOf(tokens[i + 1]?.children ?? []))] : [],
    ),
  );
}

const textOf = (tokens: readonly Token[]): string => tokens.map(({ content }) => content).join('');

/** Links that lead nowhere: to no file, or to no heading of a page. `docs/guide/state.md:12: refresh.md#no` */
export function deadLinks(pages: readonly Page[]): string[] {
  const anchors = new Map(pages.map((page) => [page.path, anchorsOf(page)]));
  return pages.flatMap((page) =>
    linksOf(page)
      .filter(({ target }) => {
        const [path = '', anchor] = target.split('#');
        const file = path === '' ? page.path : posix.join(posix.dirname(page.path), decodeURI(path));
        const known = anchors.get(file);
        if (anchor !== undefined && known !== undefined) return !known.has(anchor);
        return known === undefined && !existsSync(join(ROOT, file));
      })
      .map(({ line, target }) => `${page.path}:${line}: ${target}`),
  );
}
