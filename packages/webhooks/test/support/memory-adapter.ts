import type { DataSourceAdapter } from '@stateful-workflow/core';

/** What a source holds, by the entities' ids. */
export type Records = Map<string, object>;

/** What the adapter of the tests is asked for. */
interface MemoryQuery {
  /** What the source calls itself, for a workflow of several. */
  readonly of?: string;
}

/** An adapter over records in memory, which a test changes. @param loads hears which entities were loaded, and what of them */
export const memoryAdapter = (records: Records, loads: string[]): DataSourceAdapter<MemoryQuery> => ({
  name: 'memory',
  contractVersion: 1,
  capabilities: {},
  querySchema: {
    '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as MemoryQuery }) },
  },
  async *load({ of }, { entity }) {
    loads.push(of === undefined ? entity.id : `${of} of ${entity.id}`);
    yield { records: [{ id: entity.id, ...records.get(entity.id) }], complete: true };
  },
  classify: (error) => ({ kind: 'fatal', message: String(error) }),
});
