import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../../vitest.config.mjs';

/** Counts what things cost, and prints it; no test: `npx vitest run -c test/costs/vitest.config.mts`. */
export default mergeConfig(base, defineConfig({ test: { include: ['test/costs/*.ts'], setupFiles: [] } }));
