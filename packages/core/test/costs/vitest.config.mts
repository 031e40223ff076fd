import { defineConfig } from 'vitest/config';

/** Counts what things cost, and prints it; no test: `npx vitest run -c test/costs/vitest.config.mts --root .`. */
export default defineConfig({
  test: {
    include: ['test/costs/*.ts'],
    pool: 'forks',
    globalSetup: ['@stateful-workflow/dev-services/vitest', './test/support/bundle-workflows.ts'],
    hookTimeout: 120_000,
  },
});
