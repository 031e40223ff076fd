import { expect, it } from 'vitest';
import { CONTENTS } from '../src/contents.js';
import { pages } from '../src/pages.js';
import { siteLink, sitePath } from '../src/site-path.js';

it('has every guide, reference and package in the contents of the site', () => {
  const listed = CONTENTS.flatMap((part) => part.pages.map(([, path]) => path));
  const toList = pages()
    .map(({ path }) => path)
    .filter((path) => /^(docs\/(guide|reference)\/|packages\/[^/]+\/README)/.test(path));
  expect(toList.length).toBeGreaterThan(30);
  expect(toList.filter((path) => !listed.includes(path))).toEqual([]);
});

it('leads from page to page of the site as on a forge', () => {
  expect(sitePath('packages/core/README.md')).toBe('packages/core/index.md');
  expect(siteLink('docs/guide/rest.md', '../../packages/core')).toBe('/packages/core/index.md');
  expect(siteLink('docs/guide/rest.md', 'state.md#ids')).toBe('/guide/state.md#ids');
  expect(siteLink('README.md', 'apps/demo/src/worker/main.ts')).toBeUndefined();
});
