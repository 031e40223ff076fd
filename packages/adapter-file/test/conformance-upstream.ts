import { EventEmitter, once } from 'node:events';
import { appendFile, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Failure, TestRecord, Upstream, When } from '@stateful-workflow/adapter-testkit';
import { disk, type Disk } from '../src/disk';
import { makeFileAdapter } from '../src/file-adapter';
import type { FileFormat, FileProgress, FileQuery } from '../src/index';

const PAGE_SIZE = 10;

const FAILURES: Readonly<Record<string, Failure>> = {
  'a disk that fails in the middle of a file': { kind: 'transient', midPage: true },
  'a directory that is gone': { kind: 'gone' },
  'a directory that leads elsewhere': { kind: 'invalid' },
  'a malformed line': { kind: 'fatal' },
};

const WRITE: Readonly<Record<FileFormat, (records: readonly object[]) => string>> = {
  json: (records) => JSON.stringify(records),
  // An empty line, where there is no record: a file of no bytes is none.
  ndjson: (records) => `${records.map((record) => JSON.stringify(record)).join('\n')}\n`,
  csv: (records) =>
    ['id,name', ...records.map((record) => Object.values(record).join(','))]
      .map((line) => `${line}\n`)
      .join(''),
};
const MALFORMED: Readonly<Record<FileFormat, string>> = { json: '[', ndjson: '{"id":', csv: '"r_9' };

/** What is done before a file is opened. */
type Meet = () => Promise<unknown>;

/**
 * A directory with a file for each page. Opening one, or a directory's watch, is a request; what the disk itself does
 * wrong is done between it and the adapter.
 */
export async function startFileUpstream(format: FileFormat): Promise<Upstream<FileQuery, FileProgress>> {
  const home = await mkdtemp(join(tmpdir(), 'adapter-file-'));
  const root = join(home, 'root');
  const directory = join(root, 'records');
  const away = join(home, 'away');
  const records = new Map<string, TestRecord>();
  const arrivals = new EventEmitter().setMaxListeners(0);
  const recovery = new EventEmitter().setMaxListeners(0);
  let written: (readonly TestRecord[])[] = [];
  let isSpoilt = false;
  let requests = 0;
  let trouble: { readonly meet?: Meet; readonly breaks?: true; left: number } | undefined;

  /** Counts a request, has it meet what it is to meet, and says whether the disk fails it. */
  const arrive = async (): Promise<boolean> => {
    requests += 1;
    arrivals.emit('request');
    if (trouble === undefined || (trouble.left -= 1) >= 0) return false;
    const { meet, breaks = false } = trouble;
    await meet?.();
    return breaks;
  };
  const between: Disk = {
    open: async (path) => {
      const breaks = await arrive();
      const handle = await disk.open(path);
      let reads = 0;
      if (breaks)
        handle.read = (async (buffer: Buffer, offset: number) => {
          if ((reads += 1) > 1) throw Object.assign(new Error('disk'), { code: 'EIO' });
          // White space, of which no format makes a record.
          return { buffer: buffer.fill(0x20, offset, offset + 1), bytesRead: 1 };
        }) as unknown as typeof handle.read;
      return handle;
    },
    watch: async (path) => {
      await arrive();
      return disk.watch(path);
    },
  };

  const write = async (name: string, text: string): Promise<void> => {
    const aside = join(home, 'aside');
    await writeFile(aside, text);
    await rename(aside, join(directory, name));
  };
  const fileName = (n: number): string => `part-${String(n).padStart(4, '0')}.${format}`;
  const sync = async (): Promise<void> => {
    const sorted = [...records.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    const next: (readonly TestRecord[])[] = [];
    // One file is there at least, so that every load opens one.
    for (let from = 0; from === 0 || from < sorted.length; from += PAGE_SIZE)
      next.push(sorted.slice(from, from + PAGE_SIZE));
    for (const [n, part] of next.entries()) {
      const was = written[n];
      const isSame = was?.length === part.length && part.every((record, i) => record === was[i]);
      if (!isSame) await write(fileName(n), WRITE[format](part));
    }
    for (let n = next.length; n < written.length; n += 1) await rm(join(directory, fileName(n)));
    written = next;
  };
  const recover = async (): Promise<void> => {
    trouble = undefined;
    recovery.emit('over');
    if ((await readdir(home)).includes('away')) {
      await rm(directory, { recursive: true, force: true });
      await rename(away, directory);
    }
    if (!isSpoilt) return;
    isSpoilt = false;
    written = [];
    await sync();
  };
  const put = async (given: readonly TestRecord[]): Promise<void> => {
    for (const record of given) records.set(record.id, record);
    await sync();
  };
  await mkdir(directory, { recursive: true });
  await sync();

  return {
    adapter: (settings) => makeFileAdapter({ roots: { here: root }, ...settings }, between),
    pageSize: PAGE_SIZE,
    query: { path: 'records' },
    conditionalQuery: { root: 'here', path: 'records', format },
    invalidQueries: [
      [{}, 'path'],
      [{ path: '../secrets.json' }, 'path'],
      [{ path: '/etc/passwd' }, 'path'],
      [{ path: 'a.csv', format: 'xml' }, 'format'],
      [{ path: 'a.csv', delimiter: '::' }, 'delimiter'],
      [{ path: '{name}.json' }, 'path'],
      [{ path: 'a.json', color: 'red' }, 'color'],
    ],
    numbers: {
      query: { path: 'records', format },
      put: async (numbers) =>
        write(
          fileName(0),
          {
            json: `[${numbers.map((number, n) => `{"id":"n_${n}","number":${number}}`).join()}]`,
            ndjson: numbers.map((number, n) => `{"id":"n_${n}","number":${number}}`).join('\n'),
            csv: `id,number\n${numbers.map((number, n) => `n_${n},${number}`).join('\n')}`,
          }[format],
        ).then(() => void (isSpoilt = true)),
    },
    failures: FAILURES,
    withoutFault: {
      throttled: 'a file system asks nobody to come later',
      unauthorized: 'there is no credential',
    },
    put,
    patch: async (id, name) => put([{ id, name }]),
    remove: async (id) => {
      records.delete(id);
      await sync();
    },
    fail: async (name, { after = 0 }: When = {}) => {
      const { kind } = FAILURES[name] ?? {};
      if (kind === 'transient') trouble = { breaks: true, left: after };
      else if (kind === 'fatal') {
        isSpoilt = true;
        await appendFile(join(directory, fileName(0)), MALFORMED[format]);
      } else {
        await rename(directory, away);
        if (kind === 'invalid') await symlink(away, directory);
      }
    },
    delay: async (ms, { after = 0 }: When = {}) => {
      const meet = async (): Promise<void> => {
        const end = new AbortController();
        const timer = setTimeout(() => end.abort(), ms);
        await Promise.race([once(recovery, 'over'), once(end.signal, 'abort')]);
        clearTimeout(timer);
      };
      trouble = { meet, left: after };
    },
    recover,
    requested: async () => void (await once(arrivals, 'request')),
    requests: () => requests,
    reset: async () => {
      await recover();
      records.clear();
      await sync();
      requests = 0;
    },
    stop: async () => rm(home, { recursive: true, force: true }),
  };
}
