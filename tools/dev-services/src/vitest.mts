import { startTemporal } from './temporal/start-temporal.js';
import type { TestProject } from 'vitest/node';
import type {} from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** The gRPC address, `host:port`, of the Temporal server that the test run shares. */
    temporalAddress: string;
  }
}

/**
 * Vitest's `globalSetup` for packages that test against Temporal: one server for the whole run.
 *
 * @returns the teardown that ends the server
 * @example
 * // vitest.config.mts
 * export default mergeConfig(base, defineConfig({
 *   test: { globalSetup: ['@stateful-workflow/dev-services/vitest'] },
 * }));
 * // in a spec
 * const address = inject('temporalAddress');
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const temporal = await startTemporal({ progress: (line) => process.stderr.write(`${line}\n`) });
  project.provide('temporalAddress', temporal.address);
  return () => temporal.stop();
}
