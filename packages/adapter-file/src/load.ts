import { createHash, type Hash } from 'node:crypto';
import type { LoadContext, Page } from '@stateful-workflow/core';
import type { Disk } from './disk';
import { etagOf, isSettled, seenOf, statName } from './etag';
import { FileFault } from './file-fault';
import type { FileProgress, FileQuery } from './file-query';
import { findFiles, type FoundFile, placeOf } from './find-files';
import type { Hints } from './hints';
import type { ResolvedOptions } from './options';
import { PARSERS } from './parsers';
import { changed, readFile } from './read-file';
import { sourceKey } from './source-key';

/** What loads of an adapter have in common. */
export interface Parts {
  readonly options: ResolvedOptions;
  readonly disk: Disk;
  readonly hints: Hints;
}

/** Loads the files of a query, unless they are what the checkpoint's etag says. */
export async function* load(
  query: FileQuery,
  { options, disk, hints }: Parts,
  context: LoadContext<FileProgress>,
): AsyncGenerator<Page<FileProgress>> {
  const { signal, checkpoint } = context;
  const { timeoutMs, maxFiles, pageSize } = options;
  signal.throwIfAborted();
  const patience = { signal, timeoutMs };
  const place = placeOf(query, options.roots, context.entity);
  const find = () => findFiles(place, query, { ...patience, maxFiles });
  const found = await find();
  const name = statName(found);
  const stat = isSettled(found) ? name : undefined;
  hints.saw(sourceKey(query, context), name);
  const hashed = async function* (file: FoundFile, hash: Hash) {
    const content = createHash('sha256');
    try {
      for await (const chunk of readFile(file, place, disk, patience)) {
        content.update(chunk);
        yield chunk;
      }
    } catch (error) {
      // It was there when the directory was read.
      if (error instanceof FileFault && error.kind === 'gone') throw changed(file.name);
      throw error;
    }
    hash.update(JSON.stringify([file.name, content.digest('hex')]));
  };

  const earlier = seenOf(checkpoint?.validators?.etag);
  if (earlier !== undefined) {
    const content = earlier.stat === name ? earlier.content : await contentOf(found.files, hashed);
    if (content === earlier.content) {
      yield {
        records: [],
        unchanged: true,
        validators: { etag: etagOf({ stat, content }) },
        complete: false,
      };
      return;
    }
  }

  const hash = createHash('sha256');
  let count = 0;
  for (const file of found.files) {
    let records: unknown[] = [];
    const page = (): Page<FileProgress> => {
      count += records.length;
      context.heartbeat({ records: count });
      const full = { records, complete: false };
      records = [];
      return full;
    };
    const reading = { ...options, name: file.name, query };
    for await (const record of PARSERS[file.format](hashed(file, hash), reading)) {
      if (records.push(record) < pageSize) continue;
      yield page();
      signal.throwIfAborted();
    }
    if (records.length > 0) yield page();
    signal.throwIfAborted();
  }
  const isMoved = statName(await find()) !== name;
  // Of several files, a record may have gone from one that was not read to one that was.
  if (isMoved && found.isDirectory) yield { records: [], complete: true, drifts: true };
  else {
    const content = hash.digest('hex');
    const etag = etagOf({ stat: isMoved ? undefined : stat, content });
    yield { records: [], validators: { etag }, complete: true };
  }
}

async function contentOf(
  files: readonly FoundFile[],
  hashed: (file: FoundFile, hash: Hash) => AsyncIterable<Buffer>,
): Promise<string> {
  const hash = createHash('sha256');
  // What is read is hashed on its way.
  for (const file of files) for await (const chunk of hashed(file, hash)) void chunk;
  return hash.digest('hex');
}
