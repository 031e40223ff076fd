import { stat } from 'node:fs/promises';
import type { DataSourceAdapter } from '@stateful-workflow/core';
import { disk as realDisk, type Disk, patiently } from './disk';
import { classify } from './file-fault';
import type { FileProgress, FileQuery } from './file-query';
import { Hints } from './hints';
import { load } from './load';
import { type FileAdapterOptions, resolveOptions } from './options';
import { querySchema } from './query-schema';
import { waitForHint } from './wait';

/** What {@link fileAdapter} gives: an adapter that can be checked, waited for and closed. */
export type FileAdapter = DataSourceAdapter<FileQuery, FileProgress> &
  Required<Pick<DataSourceAdapter<FileQuery, FileProgress>, 'check' | 'close' | 'waitForHint'>>;

/**
 * Makes the adapter that loads sources from JSON, NDJSON and CSV files, for a worker's registry.
 *
 * ## Rules
 * - Only files under the roots are read, whatever links lead to.
 * - NDJSON and CSV are read as they come; a JSON document is held whole, up to `maxJsonBytes`.
 * - What changed while it was read is a `transient` fault. Nothing is retried here.
 *
 * @throws InvalidInputError when an option does not fit
 *
 * @example
 * const registry = createRegistry([fileAdapter({ roots: { crm: '/var/lib/crm' } })]);
 */
export const fileAdapter = (options: FileAdapterOptions): FileAdapter => makeFileAdapter(options, realDisk);

/** {@link fileAdapter} on another disk. */
export function makeFileAdapter(given: FileAdapterOptions, disk: Disk): FileAdapter {
  const options = resolveOptions(given);
  const parts = { options, disk, hints: new Hints(disk) };
  return {
    name: options.name,
    contractVersion: 1,
    capabilities: { validators: true, watch: true, credentials: false },
    querySchema,
    load: (query, context) => load(query, parts, context),
    waitForHint: (query, context) => waitForHint(query, parts, context),
    classify,
    check: async ({ signal }) => {
      try {
        for (const [name, root] of Object.entries(options.roots)) {
          const where = `The root ${name}`;
          const stats = await patiently(stat(root), where, { signal, timeoutMs: options.timeoutMs });
          if (!stats.isDirectory()) return { ok: false, message: `${where} is no directory.` };
        }
        return { ok: true, message: `The roots are there: ${Object.keys(options.roots).join(', ')}.` };
      } catch (error) {
        return { ok: false, message: classify(error).message };
      }
    },
    close: async () => parts.hints.close(),
  };
}
