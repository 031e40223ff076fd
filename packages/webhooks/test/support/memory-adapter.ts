import type { DataSourceAdapter } from '@stateful-workflow/core';

/** What a source holds, by the entities' ids. */
export type Records = Map<string, object>;

/** An adapter over records in memory, which a test changes. @param loads hears which entities were loaded */
export const memoryAdapter = (records: Records, loads: string[]): DataSourceAdapter<object> => ({
  name: 'memory',
  contractVersion: 1,
  capabilities: {},
  querySchema: {
    '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as object }) },
  },
  async *load(_query, { entity }) {
    loads.push(entity.id);
    yield { records: [{ id: entity.id, ...records.get(entity.id) }], complete: true };
  },
  classify: (error) => ({ kind: 'fatal', message: String(error) }),
});
