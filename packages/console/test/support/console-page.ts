import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';

const axe = createRequire(__filename).resolve('axe-core/axe.min.js');

/** How a page is seen. */
export interface Seen {
  readonly width?: number;
  readonly theme?: 'light' | 'dark';
}

/** A page of the console in a browser, which fails the test where it reports an error. */
export class ConsolePage {
  readonly page: Page;
  readonly errors: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/Failed to load resource|ERR_/.test(message.text()))
        this.errors.push(message.text());
    });
  }

  static async open(
    browser: Browser,
    url: string,
    { width = 1280, theme = 'light' }: Seen = {},
  ): Promise<ConsolePage> {
    const page = await (
      await contextOf(browser, `${width} ${theme}`, {
        viewport: { width, height: 860 },
        colorScheme: theme,
        reducedMotion: 'reduce',
      })
    ).newPage();
    page.setDefaultTimeout(30_000);
    const opened = new ConsolePage(page);
    await page.goto(url);
    return opened;
  }

  /** Waits until something is there. */
  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  /** Presses a button, of a part of the page. */
  async press(name: string | RegExp, within = 'main'): Promise<void> {
    await this.page
      .locator(within)
      .getByRole('button', { name, exact: typeof name === 'string' })
      .click();
  }

  /** Fills in what is asked for, and sends it. */
  async answer(fields: Readonly<Record<string, string>>, submit: string): Promise<void> {
    const dialog = this.page.getByRole('dialog');
    for (const [label, value] of Object.entries(fields))
      await dialog.getByLabel(label, { exact: false }).first().fill(value);
    await dialog.getByRole('button', { name: submit, exact: true }).click();
  }

  /** Waits until the console says what came of something. */
  async hears(said: RegExp): Promise<void> {
    await this.page.getByRole('log').getByText(said).first().waitFor();
  }

  /** Finds what people with disabilities would stumble over. */
  async isAccessible(): Promise<void> {
    await this.page.evaluate(await axeSource());
    const { violations } = await this.page.evaluate(() =>
      (globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run({
        resultTypes: ['violations'],
      }),
    );
    const found = violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
    );
    expect(found).toEqual([]);
  }

  /** Closes it, and looks whether it has reported an error. */
  async close(): Promise<void> {
    await this.page.close();
    expect(this.errors).toEqual([]);
  }
}

/** Pages that are seen in the same way share what they have loaded. */
const contexts = new WeakMap<Browser, Map<string, Promise<BrowserContext>>>();

function contextOf(browser: Browser, key: string, options: BrowserContextOptions): Promise<BrowserContext> {
  const known = contexts.get(browser) ?? new Map<string, Promise<BrowserContext>>();
  contexts.set(browser, known);
  const context = known.get(key) ?? browser.newContext(options);
  known.set(key, context);
  return context;
}

let source: Promise<string> | undefined;
const axeSource = (): Promise<string> =>
  (source ??= import('node:fs/promises').then(({ readFile }) => readFile(axe, 'utf8')));
