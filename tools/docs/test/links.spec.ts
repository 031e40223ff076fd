import { expect, it } from 'vitest';
import { deadLinks } from '../src/links.js';
import { pages } from '../src/pages.js';

it('leads to a file or a heading by every link of every page', () => {
  expect(deadLinks(pages())).toEqual([]);
});

it('tells of a link that leads nowhere, by its place', () => {
  const text = (...lines: string[]): string => lines.join('\n');
  const found = deadLinks([
    {
      path: 'docs/a.md',
      text: text('# The `a`, first', '[a](#the-a-first) [b](b.md#two)', '', '[c](b.md#three)'),
    },
    { path: 'docs/b.md', text: text('## Two', '[d](c.md)', '', '[e](../package.json) ![f](f.svg)') },
  ]);
  expect(found).toEqual(['docs/a.md:4: b.md#three', 'docs/b.md:2: c.md', 'docs/b.md:4: f.svg']);
});
