/** What a user's `loadData` loads with. */
export interface Loader {
  /** Loads every source, in parallel. */
  all(): Promise<void>;
  /**
   * Loads one source and takes in what it gave.
   *
   * @returns what came of it; a failed load does not throw, and a source that failed is left alone until its
   *   back-off is over, unless somebody asked for the load
   * @throws InvalidInputError when there is no source of that name
   */
  source(name: string): Promise<SourceOutcome>;
}

/** What came of loading one source. `fresh`: it was younger than `staleAfter` and not asked. */
export type SourceOutcome = 'unchanged' | 'delta' | 'snapshot' | 'failed' | 'fresh';
