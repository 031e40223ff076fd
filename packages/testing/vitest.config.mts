import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../../vitest.config.base.mjs';

export default mergeConfig(
  base,
  defineConfig({
    test: { name: 'testing', globalSetup: ['@stateful-workflow/dev-services/vitest-test-server'] },
  }),
);
