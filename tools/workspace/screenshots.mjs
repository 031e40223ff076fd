// `npm run screenshots`: takes the pictures of the console that are in docs/images, of the demo as it runs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('../..', import.meta.url));
const account = '/workflows/Customer-c_1';
const unlucky = '/workflows/Customer-c_2';
const width = 1280;
/** With this, the fleet's table ends with a whole row. */
const fleetHeight = 772;
/** How long the demo runs before, so that something has changed of which the pages can tell, in milliseconds. */
const warmUp = 15_000;

const demo = spawn(process.execPath, ['apps/demo/dist/main.js', '--live'], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const url = await urlOf(demo);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  await takePictures(browser, url);
  await browser.close();
} finally {
  demo.kill('SIGINT');
  await once(demo, 'exit');
}

/** @returns the address that the demo prints first, once it has printed all */
async function urlOf({ stdout }) {
  let text = '';
  for await (const chunk of stdout) {
    text += chunk;
    if (text.includes('Ctrl-C ends everything')) break;
  }
  const [, url] = /The console: (\S+)/.exec(text) ?? [];
  if (url === undefined) throw new Error(`The demo did not start. It said:\n${text}`);
  return url;
}

async function takePictures(browser, url) {
  const context = await browser.newContext({
    viewport: { width, height: fleetHeight },
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  // Its changes are of the time that a page shows it.
  await page.goto(`${url}${account}`);
  await page.getByRole('heading', { name: 'Customer-c_1' }).waitFor();
  const other = await context.newPage();
  await rotate(other, `${url}${unlucky}`, 'secret:CRM_TOKEN_NEXT', 'unauthorized');
  await other.goto(url);
  await page.waitForTimeout(warmUp);
  for (const theme of ['light', 'dark']) {
    for (const [shown, name] of [
      [page, 'workflow'],
      [other, 'fleet'],
    ]) {
      await shown.emulateMedia({ colorScheme: theme });
      const path = `${root}docs/images/console-${name}-${theme}.png`;
      // The page of a workflow as long as it is: what scrolls within a window is cut off at its end.
      const height = await shown.evaluate('document.documentElement.scrollHeight');
      await shown.setViewportSize({ width, height: name === 'workflow' ? height : fleetHeight });
      await shown.screenshot({ path });
    }
  }
  await rotate(other, `${url}${unlucky}`, 'secret:CRM_TOKEN', 'running');
}

/** Gives a workflow another token on its page, and waits for what the page says of it then. */
async function rotate(page, url, reference, status) {
  await page.goto(url);
  await page.locator('main').getByRole('button', { name: 'Rotate token' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reference').first().fill(reference);
  await dialog.getByRole('button', { name: 'Rotate, and load', exact: true }).click();
  await page.locator('main').getByText(status, { exact: true }).first().waitFor();
}
