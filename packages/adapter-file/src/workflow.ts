import {
  defineSource,
  type PlacedSource,
  type Placing,
  type SourceOptions,
} from '@stateful-workflow/core/workflow';
import type { FileQuery } from './file-query';

export type { FileFormat, FileQuery } from './file-query';

/** What {@link file} takes: a file query, and what every source can say (`into`, `timeout`, …). */
export type FileSourceOptions = FileQuery & SourceOptions;

/**
 * Configures a source that files feed. For workflow code: it does no I/O, and the files are read on the worker, by
 * the adapter that `fileAdapter` gives.
 *
 * The query is checked by the worker at every load; a field that does not fit fails the load with an error that
 * names it.
 *
 * @example
 * readonly sources = {
 *   profile: file({ path: 'customers/{id}.json' }),
 *   prices: file({ path: 'prices.csv', delimiter: ';' }),
 * };
 */
export const file = fileAs('file');

/**
 * Makes a builder like {@link file} for an adapter that was registered under another name.
 *
 * @param name the adapter's `name` option
 *
 * @example
 * const archive = fileAs('archive');
 * readonly sources = { orders: archive({ path: 'orders/{id}.ndjson' }) };
 */
export function fileAs(
  name: string,
): <Into extends string = never, Records extends string = never>(
  options: FileSourceOptions & Placing<Into, Records>,
) => PlacedSource<FileQuery, Into, Records> {
  return (options) =>
    defineSource<FileQuery>({ adapter: name, package: '@stateful-workflow/adapter-file' }, options);
}
