import { access } from 'node:fs/promises';
import { type Browser, chromium } from 'playwright-core';

/** Where a browser may be: one that was named, Debian's, playwright's own, those of other systems. */
const PLACES = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  chromium.executablePath(),
];

/**
 * Starts a browser.
 *
 * @throws Error that says how to get one; `npm run -w packages/console browser` does
 */
export async function startBrowser(): Promise<Browser> {
  for (const executablePath of PLACES) {
    if (
      !executablePath ||
      !(await access(executablePath).then(
        () => true,
        () => false,
      ))
    )
      continue;
    return chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    });
  }
  throw new Error(
    'There is no Chromium. Run `npm run -w packages/console browser`, or name one with CHROMIUM_PATH.',
  );
}
