import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import CountReporter from './tools/vitest/count-reporter.mjs';

/** What every package's tests share; a package merges its own settings over it with `mergeConfig`. */
export default defineConfig({
  test: {
    environment: 'node',
    include: ['src/**/*.spec.ts', 'test/**/*.spec.ts'],
    pool: 'forks',
    // Loading Temporal's SDK or a driver anew for each file takes longer than many of the files.
    isolate: false,
    watch: false,
    // A server starts, workers start and workflows bundle: seconds on a small machine, never minutes.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A machine of CI is shared, and one starved test of thousands must not stop everybody. `npm test` names such a test in
    // its closing lines: it is a bug that waits to be found. By hand nothing is tried again.
    retry: process.env['CI'] ? 1 : 0,
    setupFiles: [fileURLToPath(new URL('./tools/vitest/fail-on-console.mts', import.meta.url))],
    reporters: ['default', new CountReporter()],
  },
});
