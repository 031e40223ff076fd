import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../../vitest.config.base.mjs';

export default mergeConfig(
  base,
  defineConfig({
    test: {
      globalSetup: ['@stateful-workflow/dev-services/vitest'],
      // These specs mostly wait for processes to start and end, which the default of one worker on two cores wastes.
      maxWorkers: 2,
    },
  }),
);
