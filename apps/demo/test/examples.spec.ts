import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(__dirname, '../../..');
const pages = ['README.md', 'docs/guide/state.md'];

/** The examples of the pages with their names: ```ts title=schema.ts */
async function examples(): Promise<Map<string, string>> {
  const texts = await Promise.all(pages.map((page) => readFile(join(root, page), 'utf8')));
  const blocks = texts.join('\n').matchAll(/```ts title=(\S+)\n(.*?)```/gs);
  return new Map([...blocks].map(([, name = '', text = '']) => [name, text]));
}

// The compiler reads the files, so what stands in the pages compiles.
describe('the typed examples of the pages', () => {
  it('are the files of this folder', async () => {
    const found = await examples();
    const files = await readdir(join(__dirname, 'examples'));
    expect([...found.keys()].toSorted()).toEqual(files.toSorted());
    for (const file of files)
      expect(found.get(file), file).toBe(await readFile(join(__dirname, 'examples', file), 'utf8'));
  });
});

// What they do is tried by tools/consumers.
describe('the first example of the README', () => {
  it('has at most 20 lines', async () => {
    const readme = await readFile(join(root, 'README.md'), 'utf8');
    const programs = [...readme.matchAll(/```js title=\S+\n(.*?)```/gs)].map(([, text = '']) => text);
    expect(programs).toHaveLength(2);
    expect(programs.join('').trimEnd().split('\n').length).toBeLessThanOrEqual(20);
  });
});
