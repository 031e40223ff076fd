import type { LoadContext } from '@stateful-workflow/core';
import type { FileProgress, FileQuery } from './file-query';

/** Names a source of a workflow, for what is kept of it. */
export const sourceKey = (query: FileQuery, { caller, entity }: LoadContext<FileProgress>): string =>
  JSON.stringify([
    caller,
    entity.name,
    entity.id,
    query.root,
    query.path,
    query.format,
    query.items,
    query.delimiter,
  ]);
