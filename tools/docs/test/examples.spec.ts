import { expect, it } from 'vitest';
import { mistakesIn } from '../src/compile.js';
import { examplesOf } from '../src/examples.js';
import { pages } from '../src/pages.js';

const page = (text: string) => ({ path: 'docs/guide/some.md', text });

it('compiles every block of code of every page', () => {
  const examples = pages().flatMap(examplesOf);
  expect(examples.length).toBeGreaterThan(100);
  expect(mistakesIn(examples)).toEqual([]);
}, 300_000);

it('tells of a block that does not compile, by its place', () => {
  const text = [
    '<!-- ts',
    'declare const count: number;',
    'function scope() {',
    '  …',
    '}',
    '-->',
    '',
    '```ts',
    'return count;',
    'const text: string = count;',
    '```',
    '',
    '<!-- ts title=names.ts',
    'export const name = 1;',
    '-->',
    '<!-- ts -->',
    '',
    '```ts',
    "import { name, missing } from './names';",
    '```',
  ].join('\n');
  expect(mistakesIn(examplesOf(page(text)))).toEqual([
    "docs/guide/some.md:10: Type 'number' is not assignable to type 'string'.",
    expect.stringMatching(/^docs\/guide\/some\.md:19: .*'missing'/),
  ]);
}, 300_000);
