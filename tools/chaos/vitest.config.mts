import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../../vitest.config.base.mjs';

export default mergeConfig(base, defineConfig({ test: { name: 'chaos' } }));
