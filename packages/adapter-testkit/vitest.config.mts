import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../../vitest.config.base.mjs';

// One file in a process: the suite counts what adapters leave behind in it, and broken drivers leave timers on purpose.
export default mergeConfig(base, defineConfig({ test: { name: 'adapter-testkit', isolate: true } }));
