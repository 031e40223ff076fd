import { startPostgres } from './postgres/start-postgres.js';
import type { TestProject } from 'vitest/node';
import type {} from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** The address of a Postgres server that the test run shares, its superuser and password in it. */
    postgresUrl: string;
  }
}

/**
 * Vitest's `globalSetup` for packages that test against Postgres: one server for the whole run, with logical
 * decoding switched on. Specs make a database each.
 *
 * @returns the teardown that ends the server
 * @example
 * // vitest.config.mts
 * export default mergeConfig(base, defineConfig({
 *   test: { globalSetup: ['@stateful-workflow/dev-services/vitest-postgres'] },
 * }));
 * // in a spec
 * const url = inject('postgresUrl');
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres({ settings: { wal_level: 'logical', max_prepared_transactions: 5 } });
  project.provide('postgresUrl', postgres.url());
  return () => postgres.stop();
}
