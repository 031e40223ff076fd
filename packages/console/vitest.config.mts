import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../../vitest.config.base.mjs';

export default mergeConfig(
  base,
  defineConfig({
    test: {
      name: 'console',
      globalSetup: [
        '@stateful-workflow/dev-services/vitest',
        './test/support/bundle-workflows.ts',
        './test/support/find-browser.ts',
      ],
      maxWorkers: 2,
    },
  }),
);
