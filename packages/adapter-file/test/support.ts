import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { LoadContext, Page } from '@stateful-workflow/core';
import { afterEach } from 'vitest';
import type { FileAdapter, FileProgress, FileQuery } from '../src/index';

const cleanups: (() => unknown)[] = [];

/** Has something undone after the test, the last first. */
export const cleanup = (undo: () => unknown): void => void cleanups.push(undo);

afterEach(async () => {
  for (const undo of cleanups.splice(0).reverse()) await undo();
});

/** A directory with files in it, removed after the test. */
export async function folder(files: Readonly<Record<string, string | Buffer>> = {}): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'adapter-file-'));
  cleanup(() => rm(home, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(home, name)), { recursive: true });
    await writeFile(join(home, name), content);
  }
  return home;
}

/** A load context made by hand. */
export const loadContext = (
  overrides: Partial<LoadContext<FileProgress>> = {},
): LoadContext<FileProgress> => ({
  signal: new AbortController().signal,
  entity: { name: 'Customer', id: 'c_42' },
  credential: async () => {
    throw new Error('no file has a credential');
  },
  heartbeat: () => {},
  log: { debug: () => {}, info: () => {}, warn: () => {} },
  metrics: { count: () => {}, duration: () => {} },
  ...overrides,
});

/** All pages of a load. */
export async function pagesOf(
  adapter: FileAdapter,
  query: FileQuery,
  overrides: Partial<LoadContext<FileProgress>> = {},
): Promise<readonly Page<FileProgress>[]> {
  const pages: Page<FileProgress>[] = [];
  for await (const page of adapter.load(query, loadContext(overrides))) pages.push(page);
  return pages;
}

/** All records of a load. */
export const recordsOf = async (adapter: FileAdapter, query: FileQuery): Promise<readonly unknown[]> =>
  (await pagesOf(adapter, query)).flatMap(({ records }) => records);

/** The fault of a load that fails. */
export async function faultOf(adapter: FileAdapter, query: FileQuery, entityId = 'c_42') {
  try {
    await pagesOf(adapter, query, { entity: { name: 'Customer', id: entityId } });
  } catch (error) {
    return adapter.classify(error);
  }
  throw new Error('the load went well');
}
