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
      // One file at a time: a cursor waits for whoever is at work on the server, and a connection that another file
      // is just opening belongs to no database yet.
      maxWorkers: 1,
      // The pools that a file leaves idle end with its process: those of all files are more than the server takes.
      isolate: true,
    },
  }),
);
