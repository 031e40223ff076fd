import { appendFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { disk, type Disk } from '../src/disk';
import { isSettled } from '../src/etag';
import { makeFileAdapter } from '../src/file-adapter';
import { fileAdapter } from '../src/index';
import { cleanup, faultOf, folder, loadContext, pagesOf, recordsOf } from './support';

const lines = (from: number, count: number): string =>
  Array.from({ length: count }, (_, n) => `{"id":${from + n}}\n`).join('');

describe('a file that is replaced while it is read', () => {
  it('is read to its end as it was when it was opened', async () => {
    const main = await folder({ 'a.ndjson': lines(0, 20_000), 'next.ndjson': lines(50_000, 3) });
    const adapter = fileAdapter({ roots: { main }, pageSize: 10 });
    const records: unknown[] = [];
    for await (const page of adapter.load({ path: 'a.ndjson' }, loadContext())) {
      if (records.length === 0) await rename(join(main, 'next.ndjson'), join(main, 'a.ndjson'));
      records.push(...page.records);
    }
    expect(records).toHaveLength(20_000);
    expect(await recordsOf(adapter, { path: 'a.ndjson' })).toHaveLength(3);
  });

  it('fails the load where it is written in place', async () => {
    const main = await folder({ 'a.ndjson': lines(0, 20_000) });
    const adapter = fileAdapter({ roots: { main }, pageSize: 10 });
    const pages: boolean[] = [];
    const load = async (): Promise<void> => {
      for await (const { complete } of adapter.load({ path: 'a.ndjson' }, loadContext())) {
        if (pages.push(complete) === 1) await appendFile(join(main, 'a.ndjson'), '{"id":"late"}\n');
      }
    };
    await expect(load()).rejects.toThrow('a.ndjson changed while it was read');
    expect(pages).not.toContain(true);
  });

  it('has a directory drift, where a record may have slipped from file to file', async () => {
    const main = await folder({ 'd/a.ndjson': lines(0, 1), 'd/b.ndjson': lines(1, 1) });
    const adapter = makeFileAdapter(
      { roots: { main } },
      {
        ...disk,
        open: async (path) => {
          if (path.endsWith('b.ndjson')) await writeFile(join(main, 'd/c.ndjson'), lines(2, 1));
          return disk.open(path);
        },
      },
    );
    expect((await pagesOf(adapter, { path: 'd' })).at(-1)).toEqual({
      records: [],
      complete: true,
      drifts: true,
    });
    await rm(join(main, 'd/c.ndjson'));
    const removing = makeFileAdapter(
      { roots: { main } },
      {
        ...disk,
        open: async (path) => {
          await rm(join(main, 'd/b.ndjson'), { force: true });
          return disk.open(path);
        },
      },
    );
    expect(await faultOf(removing, { path: 'd' })).toMatchObject({ kind: 'transient' });
  });
});

describe('unchanged', () => {
  /** A disk that counts what is opened. */
  const counting = (): Disk & { opened: number } => {
    const counted = { ...disk, opened: 0 };
    counted.open = (path) => {
      counted.opened += 1;
      return disk.open(path);
    };
    return counted;
  };

  it('is told by the content while the file is too new for its time, and the same content is no news', async () => {
    const main = await folder({ 'a.json': '[{"id":"1"}]' });
    const counted = counting();
    const adapter = makeFileAdapter({ roots: { main } }, counted);
    const first = (await pagesOf(adapter, { path: 'a.json' })).at(-1);
    await rm(join(main, 'a.json'));
    await writeFile(join(main, 'a.json'), '[{"id":"1"}]');
    const { validators = {} } = first ?? {};
    const [again] = await pagesOf(adapter, { path: 'a.json' }, { checkpoint: { validators } });
    expect(again).toMatchObject({ records: [], unchanged: true, complete: false });
    expect(counted.opened).toBe(2);
    await utimes(join(main, 'a.json'), 1, 1);
    await writeFile(join(main, 'a.json'), '[{"id":"2"}]');
    await utimes(join(main, 'a.json'), 1, 1);
    const [other] = await pagesOf(adapter, { path: 'a.json' }, { checkpoint: { validators } });
    expect(other?.records).toEqual([{ id: '2' }]);
  });

  it('is told without opening a file whose last change is old', async () => {
    const main = process.cwd();
    const counted = counting();
    const adapter = makeFileAdapter({ roots: { main } }, counted);
    const first = (await pagesOf(adapter, { path: 'tsconfig.json' })).at(-1);
    expect(counted.opened).toBe(1);
    const { validators = {} } = first ?? {};
    const [again] = await pagesOf(adapter, { path: 'tsconfig.json' }, { checkpoint: { validators } });
    expect(again).toEqual({ records: [], unchanged: true, validators, complete: false });
    expect(counted.opened).toBe(1);
  });

  it('trusts no time that is new, or lies ahead', () => {
    const found = (ctimeMs: bigint) => ({ isDirectory: false, files: [{ stats: { ctimeMs } }] }) as never;
    expect(isSettled(found(7_999n), 10_000)).toBe(true);
    expect(isSettled(found(8_000n), 10_000)).toBe(false);
    expect(isSettled(found(11_000n), 10_000)).toBe(false);
  });
});

describe('watching', () => {
  const watched = async (files: Record<string, string>) => {
    const main = await folder(files);
    let watches = 0;
    let opened = (): void => {};
    const isWatched = new Promise<void>((resolve) => (opened = resolve));
    const adapter = makeFileAdapter(
      { roots: { main } },
      {
        ...disk,
        watch: async (path) => {
          watches += 1;
          const watcher = await disk.watch(path);
          opened();
          return watcher;
        },
      },
    );
    cleanup(() => adapter.close());
    return { main, adapter, isWatched, watches: () => watches };
  };

  it('hears that a file was replaced, and of no other file', async () => {
    const { main, adapter, isWatched } = await watched({ 'a.json': '1', 'next.json': '2' });
    let isOver = false;
    const wait = adapter.waitForHint({ path: 'a.json' }, loadContext()).then(() => (isOver = true));
    await isWatched;
    await writeFile(join(main, 'other.json'), '3');
    let isHeard = false;
    const other = adapter.waitForHint({ path: 'other.json' }, loadContext()).then(() => (isHeard = true));
    // It begins to listen at some moment after the call.
    while (!isHeard) await writeFile(join(main, 'other.json'), '4');
    await other;
    expect(isOver).toBe(false);
    await rename(join(main, 'next.json'), join(main, 'a.json'));
    await wait;
  });

  it('has one watcher for all that wait for a directory, and rejects them when it closes', async () => {
    const { adapter, isWatched, watches } = await watched({ 'd/a.json': '1', 'd/b.json': '1' });
    const waits = ['d', 'd/a.json', 'd/b.json'].map((path) => adapter.waitForHint({ path }, loadContext()));
    const all = Promise.allSettled(waits);
    await isWatched;
    // What looks for its files has yet to come to the watcher.
    const controller = new AbortController();
    const last = adapter.waitForHint({ path: 'd' }, loadContext({ signal: controller.signal }));
    controller.abort(new Error('enough'));
    await expect(last).rejects.toThrow('enough');
    await adapter.close();
    await all;
    expect(watches()).toBe(1);
  });
});
