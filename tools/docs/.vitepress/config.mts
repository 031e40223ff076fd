import { posix, relative } from 'node:path';
import GithubSlugger from 'github-slugger';
import type MarkdownIt from 'markdown-it';
import type { Token } from 'markdown-it';
import { defineConfig } from 'vitepress';
import { CONTENTS } from '../dist/contents.js';
import { ROOT } from '../dist/pages.js';
import { siteLink, sitePath } from '../dist/site-path.js';

/** Where files of the repository can be read, as `https://forge.example/project/blob/main/`. Without it they are no links. */
const source = process.env['DOCS_SOURCE'];

const link = (path: string): string => `/${sitePath(path).replace(/(index)?\.md$/, '')}`;

/** Links between files of the repository lead to pages of the site. */
function linksOfTheSite(markdown: MarkdownIt): void {
  markdown.core.ruler.push('links-of-the-site', ({ tokens, env }) => {
    const { realPath, path } = env as { readonly realPath?: string; readonly path: string };
    const page = relative(ROOT, realPath ?? path).replaceAll('\\', '/');
    for (const { children } of tokens)
      children?.forEach((token, i) => {
        const target = token.type === 'link_open' ? token.attrGet('href') : null;
        if (target === null || /^([a-z]+:|#|\/)/.test(target)) return;
        const found = siteLink(page, decodeURI(target));
        if (found !== undefined) token.attrSet('href', found);
        else if (source) token.attrSet('href', new URL(posix.join(page, '..', target), source).href);
        else
          for (const end of [token, closeOf(children, i)])
            Object.assign(end ?? {}, { tag: 'span', type: 'no_link', attrs: null });
      });
  });
}

/** The end of a link that begins there: links hold no links. */
const closeOf = (tokens: readonly Token[], from: number): Token | undefined =>
  tokens.slice(from).find(({ type }) => type === 'link_close');

/** Diagrams are drawn in the browser, in the colours of the page. */
function diagrams(markdown: MarkdownIt): void {
  const render = markdown.renderer.rules.fence;
  markdown.renderer.rules.fence = (tokens, i, options, env, self) => {
    const { info = '', content = '' } = tokens[i] ?? {};
    if (info.trim() === 'mermaid') return `<Mermaid code="${encodeURIComponent(content)}" />`;
    return render?.(tokens, i, options, env, self) ?? '';
  };
}

export default defineConfig({
  title: 'Stateful Workflow',
  description: 'Temporal workflows whose state stays in step with REST, GraphQL and Postgres',
  lang: 'en-GB',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  srcDir: ROOT,
  srcExclude: ['**/dist/**', '**/api/*.api.md', '**/test/**'],
  rewrites: (path) => sitePath(path),
  outDir: 'dist/site',
  cacheDir: '.cache/vitepress',
  cleanUrls: true,
  markdown: {
    // The anchors that forges make of headings.
    anchor: { slugify: (text) => new GithubSlugger().slug(text) },
    config(markdown) {
      linksOfTheSite(markdown);
      diagrams(markdown);
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Guide', link: link('docs/guide/workflow-class.md') },
      { text: 'Errors', link: link('docs/reference/errors.md') },
      { text: 'API', link: link('docs/reference/api/README.md') },
    ],
    sidebar: CONTENTS.map(({ title, pages }) => ({
      text: title,
      items: pages.map(([text, path]) => ({ text, link: link(path) })),
    })),
  },
  vite: { publicDir: false },
});
