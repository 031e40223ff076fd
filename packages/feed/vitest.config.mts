import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../../vitest.config.base.mjs';

export default mergeConfig(
  base,
  defineConfig({
    test: {
      name: 'feed',
      globalSetup: [
        '@stateful-workflow/dev-services/vitest',
        '@stateful-workflow/dev-services/vitest-postgres',
        './test/support/bundle-workflows.ts',
      ],
      // The tests mostly wait for the server, which one worker on two cores would waste.
      maxWorkers: 2,
      // Waits half a minute for what the server forgot: at scale.
      exclude: process.env['TEST_SCALE'] === 'full' ? [] : ['test/server.spec.ts'],
    },
  }),
);
