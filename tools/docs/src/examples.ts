import { join, resolve } from 'node:path';
import MarkdownIt from 'markdown-it';
import { type Page, ROOT } from './pages.js';

/** A block of code of a page, as a file that a compiler reads. */
export interface Example {
  /** The page and the line of the block, for people: `docs/guide/state.md:33`. */
  readonly place: string;
  /** The file that it is taken for: beside others of its page, so that one may import another by its title. */
  readonly file: string;
  readonly text: string;
  /** How many lines of the text stand before the block's own. */
  readonly before: number;
}

/** What stands in hidden code for the block. */
const HERE = /^ *…$/m;
/** `<!-- ts`, perhaps with the title of a file, and code up to `-->`. */
const HIDDEN = /^<!-- ts(?: title=(\S+))?\n?([\s\S]*?)-->\s*$/;
const BLOCK = /^(ts|js|mjs)(?: title=(\S+))?$/;

/**
 * The blocks of code of a page, each as a module of its own, with what the page hides around them.
 *
 * ## Rules
 * - A comment `<!-- ts … -->` is code around each block that follows, up to the next such comment: in the place of its line
 *   `…`, or after it where it has none. `<!-- ts -->` ends it.
 * - A block with a title is a file of that name, which others of its page import: `ts title=schema.ts`. So is a comment with
 *   one, `<!-- ts title=workflows.ts … -->`, that nobody sees.
 */
export function examplesOf({ path, text }: Page): Example[] {
  const folder = join(ROOT, `${path}~`);
  let [head = '', tail = ''] = ['', ''];
  return new MarkdownIt({ html: true }).parse(text, {}).flatMap((token): Example[] => {
    const line = (token.map?.[0] ?? 0) + 1;
    const place = `${path}:${line}`;
    const named = (title: string): string => resolve(folder, title);
    if (token.type === 'html_block') {
      const [found, title, code = ''] = HIDDEN.exec(token.content) ?? [];
      if (found === undefined) return [];
      if (title !== undefined) return [{ place, file: named(title), text: code, before: 0 }];
      [head = '', tail = ''] = code.split(HERE);
      return [];
    }
    if (token.type !== 'fence') return [];
    const [, language, title] = BLOCK.exec(token.info.trim()) ?? [];
    if (language === undefined) return [];
    const before = head.split('\n').length - 1;
    return [
      {
        place,
        file: named(title ?? `line-${line}.${language}`),
        text: title === undefined ? `${head}${token.content}${tail}` : token.content,
        before: title === undefined ? before : 0,
      },
    ];
  });
}
