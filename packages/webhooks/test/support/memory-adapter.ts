import type { DataSourceAdapter } from '@stateful-workflow/core';

/** What a source holds, by the entities' ids. */
export type Records = Map<string, object>;

/** An adapter over records in memory, which a test changes. */
export const memoryAdapter = (records: Records): DataSourceAdapter<object> => ({
  name: 'memory',
  contractVersion: 1,
  capabilities: {},
  querySchema: {
    '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as object }) },
  },
  async *load(_query, { entity }) {
    yield { records: [{ id: entity.id, ...records.get(entity.id) }], complete: true };
  },
  classify: (error) => ({ kind: 'fatal', message: String(error) }),
});
