import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../../vitest.config.base.mjs';

export default mergeConfig(
  base,
  defineConfig({
    test: {
      name: 'adapter-postgres',
      globalSetup: [
        '@stateful-workflow/dev-services/vitest',
        '@stateful-workflow/dev-services/vitest-postgres',
      ],
      // The tests mostly wait for the server, also where there are only two cores.
      maxWorkers: 2,
    },
  }),
);
