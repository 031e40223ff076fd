import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../../vitest.config.base.mjs';

export default mergeConfig(
  base,
  defineConfig({
    test: {
      globalSetup: ['@stateful-workflow/dev-services/vitest', './test/support/bundle-workflows.ts'],
      // The tests mostly wait for the server, also where there are only two cores: three at a time use them.
      maxWorkers: 3,
      // Longer than what is awaited in a test, so that what did not come is what the failure shows.
      testTimeout: 90_000,
    },
  }),
);
