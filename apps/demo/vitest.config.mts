import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../../vitest.config.base.mjs';

export default mergeConfig(
  base,
  defineConfig({
    test: {
      name: 'demo',
      globalSetup: [
        '@stateful-workflow/dev-services/vitest',
        '@stateful-workflow/dev-services/vitest-test-server',
      ],
      // The tour starts a server and workers of its own and lasts a minute or two; side by side they take longer.
      testTimeout: 180_000,
      fileParallelism: false,
    },
  }),
);
