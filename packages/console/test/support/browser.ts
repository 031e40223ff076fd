import { type Browser, chromium } from 'playwright-core';
import { inject } from 'vitest';
import type {} from './provided.mjs';

/** Starts the browser that was found for this run. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: inject('chromiumPath'),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
