import { writeSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningConsole, startConsole } from '../src';
import { startBrowser } from './support/browser';
import { ConsolePage } from './support/console-page';
import { Stage } from './support/stage';

/** In full size: `npm run -w packages/console test:scale`. */
const MANY = process.env['TEST_SCALE'] === 'full' ? 2_000 : 40;
/** The longest that an answer to what a person does may take, in milliseconds. */
const MOST_MS = 200;

/** Says what was measured, which is the point here. */
const tell = (line: string): void => void writeSync(1, `console: ${line}\n`);

describe(`a fleet of ${MANY} workflows`, () => {
  let stage: Stage;
  let browser: Browser;
  let running: RunningConsole;
  let console: ConsolePage;

  beforeAll(async () => {
    stage = await Stage.set({ customers: MANY, worker: { maxCachedWorkflows: MANY + 200 } });
    browser = await startBrowser();
    running = await startConsole({ ...stage.options, perSecond: 500 });
    await stage.feed();
    console = await ConsolePage.open(browser, running.url);
    const first = Date.now();
    await console.page
      .getByText(`${(MANY + 1).toLocaleString('en')} workflows`)
      .waitFor({ timeout: 600_000 });
    await console.page.locator('.tally').filter({ hasNotText: 'read so far' }).waitFor({ timeout: 600_000 });
    tell(`${MANY} workflows known and read after ${Date.now() - first} ms`);
  }, 600_000);
  afterAll(async () => {
    await browser?.close();
    await running?.close();
    await stage?.stop();
  }, 300_000);

  /** What somebody does, and what they see then; both in the page, so that the way there is not measured. */
  const interactions: readonly (readonly [string, () => void, () => boolean])[] = [
    [
      'search',
      () => {
        const input = document.querySelector<HTMLInputElement>('input[type=search]');
        if (input) input.value = 'fleetcustomer-c_33 running';
        input?.dispatchEvent(new Event('input', { bubbles: true }));
      },
      () => document.querySelector('.virtual [role=row] a')?.textContent === 'FleetCustomer-c_33',
    ],
    [
      'all again',
      () => {
        const input = document.querySelector<HTMLInputElement>('input[type=search]');
        if (input) input.value = '';
        input?.dispatchEvent(new Event('input', { bubbles: true }));
      },
      () => document.querySelectorAll('.virtual [role=row]').length > 10,
    ],
    [
      'sort by what changed',
      () => document.querySelector<HTMLElement>('a[href*="sort=changed"]')?.click(),
      () => document.querySelector('[aria-sort]')?.textContent?.startsWith('Changed') === true,
    ],
    [
      'filter by status',
      () => document.querySelector<HTMLElement>('.statuses a.good')?.click(),
      () => document.querySelector('.statuses a.good')?.getAttribute('aria-current') === 'true',
    ],
    [
      'to the end of the list',
      () => scrollTo(0, document.documentElement.scrollHeight),
      () => {
        const rows = document.querySelectorAll('.virtual [role=row]');
        const last = document.querySelector('[role=table]')?.getAttribute('aria-rowcount');
        return [...rows].some((row) => row.getAttribute('aria-rowindex') === last);
      },
    ],
  ];

  it.each(interactions)('answers in under 200 ms: %s', async (name, act, isSeen) => {
    const took: number[] = [];
    for (let i = 0; i < 3; i++) {
      // As a text: the pages of the console let nothing be made into code.
      const ms = await console.page.evaluate<number>(`(async () => {
        const next = () => new Promise(requestAnimationFrame);
        const began = performance.now();
        (${String(act)})();
        while (!(${String(isSeen)})()) await next();
        // Until it is painted.
        await next();
        return performance.now() - began;
      })()`);
      took.push(ms);
    }
    tell(`${name}: ${took.map((ms) => `${ms.toFixed(0)} ms`).join(', ')}`);
    expect(Math.max(...took)).toBeLessThan(MOST_MS);
  });

  it('keeps as many rows in the page as can be seen', async () => {
    expect(await console.page.locator('.virtual [role=row]').count()).toBeLessThan(80);
  });
});
