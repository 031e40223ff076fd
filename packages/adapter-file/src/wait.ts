import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { LoadContext } from '@stateful-workflow/core';
import { patiently } from './disk';
import { statName } from './etag';
import { FileFault } from './file-fault';
import type { FileProgress, FileQuery } from './file-query';
import { findFiles, placeOf, realPath } from './find-files';
import type { Parts } from './load';
import { sourceKey } from './source-key';

/**
 * Resolves when the files of a query change, or did since the last load began. A file is watched by way of its
 * directory: one that is replaced is another file.
 */
export async function waitForHint(
  query: FileQuery,
  { options, hints }: Parts,
  context: LoadContext<FileProgress>,
): Promise<void> {
  const { signal } = context;
  signal.throwIfAborted();
  const { timeoutMs, maxFiles } = options;
  const patience = { signal, timeoutMs };
  const place = placeOf(query, options.roots, context.entity);
  const real = await realPath(place, patience);
  const isDirectory = (await patiently(stat(real), place.name, patience)).isDirectory();
  const [directory, file] = isDirectory ? [real, undefined] : [dirname(real), basename(real)];
  const seen = hints.seen(sourceKey(query, context));
  const look = async (): Promise<boolean> => {
    if (seen === undefined) return false;
    try {
      return statName(await findFiles(place, query, { ...patience, maxFiles })) !== seen;
    } catch (error) {
      // Whatever became of it, the load will say.
      if (error instanceof FileFault) return true;
      throw error;
    }
  };
  await hints.change(directory, file, look, patience);
}
