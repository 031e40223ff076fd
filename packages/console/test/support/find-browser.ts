import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import type {} from './provided.mjs';

/** Where a browser may be: one that was named, Debian's, other systems', playwright's own. */
const PLACES = (): readonly (string | undefined)[] => [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  chromium.executablePath(),
];

/** How one is come by where there is none: playwright's own download, and Debian's package for root. */
const WAYS: readonly (readonly [command: string, ...args: string[]])[] = [
  [
    process.execPath,
    join(dirname(createRequire(__filename).resolve('playwright-core')), 'cli.js'),
    'install',
    'chromium',
  ],
  ...(process.getuid?.() === 0
    ? ([
        ['apt-get', 'update', '-qq'],
        ['apt-get', 'install', '-qq', '-y', '--no-install-recommends', 'chromium'],
      ] as const)
    : []),
];

/** Vitest's `globalSetup`: sees to it that there is a Chromium. @throws Error that says how to get one */
export default async function setup(project: TestProject): Promise<void> {
  const found = (await find()) ?? (await install());
  if (found === undefined)
    throw new Error(
      'There is no Chromium for the tests of the console, and none could be installed. Install one (apt-get install chromium), or name its file with CHROMIUM_PATH.',
    );
  project.provide('chromiumPath', found);
}

async function find(): Promise<string | undefined> {
  for (const place of PLACES()) {
    if (!place) continue;
    const isThere = await access(place, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return place;
  }
  return undefined;
}

async function install(): Promise<string | undefined> {
  for (const [command, ...args] of WAYS) {
    process.stderr.write(`Installing Chromium: ${[command, ...args].join(' ')}\n`);
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    // A command that is not there is one way less.
    child.on('error', () => undefined);
    await once(child, 'close').catch(() => undefined);
    const found = await find();
    if (found !== undefined) return found;
  }
  return undefined;
}
