import type { DataSourceAdapter } from '@stateful-workflow/core';

/** A source in memory that a benchmark steers. What is loaded by hand is read from it too. */
export class MemorySource {
  records: readonly unknown[];
  /** How often it was read. */
  reads = 0;
  readonly #change?: (records: readonly unknown[], read: number) => readonly unknown[];

  /** @param change what happens to the records before each read but the first */
  constructor(
    records: readonly unknown[],
    change?: (records: readonly unknown[], read: number) => readonly unknown[],
  ) {
    this.records = records;
    this.#change = change;
  }

  /** The records, as a client of the source gets them. */
  async read(): Promise<readonly unknown[]> {
    if (this.reads++ > 0 && this.#change !== undefined)
      this.records = this.#change(this.records, this.reads - 1);
    return this.records;
  }
}

/** Sources by the key that a query names. */
export type MemorySources = Readonly<Record<string, MemorySource>>;

/** What a workflow writes for a source in memory. */
export interface MemoryQuery {
  readonly key: string;
}

/** An adapter over sources in memory: it costs nothing, so that only what is around it is measured. */
export function memoryAdapter(sources: MemorySources): DataSourceAdapter<MemoryQuery> {
  return {
    name: 'memory',
    contractVersion: 1,
    capabilities: {},
    querySchema: {
      '~standard': {
        version: 1,
        vendor: 'bench',
        validate: (value) => {
          const key = (value as Partial<MemoryQuery> | undefined)?.key;
          return typeof key === 'string' && Object.hasOwn(sources, key)
            ? { value: { key } }
            : { issues: [{ message: 'names no source of this benchmark', path: ['key'] }] };
        },
      },
    },
    async *load({ key }) {
      yield { records: await sourceOf(sources, key).read(), complete: true };
    },
    classify: (error) => ({ kind: 'fatal', message: error instanceof Error ? error.message : String(error) }),
  };
}

/** @throws Error when there is no source of that key */
export function sourceOf(sources: MemorySources, key: string): MemorySource {
  const source = sources[key];
  if (source === undefined) throw new Error(`There is no source "${key}" in this benchmark.`);
  return source;
}
