import { defineSource, type SourceDefinition, type SourceOptions } from '@stateful-workflow/core/workflow';

/** What the adapter of the tests is asked for. */
export interface MemoryQuery {
  /** The collection, and not the row of the entity. */
  readonly list?: true;
  /** All of it at every look. */
  readonly whole?: true;
  /** Says when a look is worth it. */
  readonly hints?: true;
  /** Says of rows that they are gone. */
  readonly explicit?: true;
}

export const memory = (options: MemoryQuery & SourceOptions = {}): SourceDefinition<MemoryQuery> =>
  defineSource<MemoryQuery>({ adapter: 'memory', package: 'tests' }, options);
