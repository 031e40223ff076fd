import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type RunningConsole, startConsole } from '../src';
import { startBrowser } from './support/browser';
import { ConsolePage, type Seen } from './support/console-page';
import { KEYRING, Stage } from './support/stage';

let stage: Stage;
let browser: Browser;
let running: RunningConsole;

beforeAll(async () => {
  [stage, browser] = await Promise.all([Stage.set({ customers: 4 }), startBrowser()]);
  running = await startConsole({
    ...stage.options,
    keyring: KEYRING,
    temporalUi: 'http://localhost:8233/',
  });
  await Promise.all([
    stage.ensure('CustomerWorkflow', 'c_1'),
    stage.ensure('CustomerWorkflow', 'c_2'),
    stage.feed(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await running?.close();
  await stage?.stop();
});
afterEach(() => stage.crm.behaveNormally());

async function open(path: string, seen?: Seen, url = running.url): Promise<ConsolePage> {
  const page = await ConsolePage.open(browser, `${url}${path}`, seen);
  onTestFinished(() => page.close());
  return page;
}

const customer = (id: string, tab = ''): string => `/workflows/Customer-${id}${tab && `?tab=${tab}`}`;
const row = (console: ConsolePage, id: string) =>
  console.page.getByRole('row').filter({ has: console.page.getByRole('link', { name: id, exact: true }) });

describe('the fleet', () => {
  it('shows what is wrong without a reload, with the reason, before all else', async () => {
    const console = await open('/');
    await row(console, 'Customer-c_2').getByText('running').waitFor();
    stage.crm.behave({ status: 400, path: '/customers/c_2' });
    await row(console, 'Customer-c_2').getByText('degraded').waitFor();
    await row(console, 'Customer-c_2')
      .getByText(/profile cannot be asked as it is configured: .*answered 400/)
      .waitFor();
    const first = console.page.getByRole('row').nth(1);
    expect(await first.getByRole('link').textContent()).toBe('Customer-c_2');
    stage.crm.behaveNormally();
    await stage.handle('Customer-c_2').refresh();
    await row(console, 'Customer-c_2').getByText('running').waitFor();
  });

  it('has filters that are links, and a search, for hands that stay on the keyboard', async () => {
    const console = await open('/');
    const { page } = console;
    await row(console, 'Customer-c_1').waitFor();
    await page
      .getByRole('navigation', { name: 'By status' })
      .getByRole('link', { name: /running/ })
      .click();
    expect(new URL(page.url()).search).toBe('?status=running');
    await page.keyboard.press('/');
    await page.keyboard.type('contact-k_1_1');
    await page.waitForFunction(() => document.querySelectorAll('.virtual [role=row]').length === 1);
    expect(new URL(page.url()).search).toBe('?status=running&q=contact-k_1_1');
    await page.getByRole('link', { name: 'Contact-k_1_1', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Contact-k_1_1', level: 1 }).waitFor();
    await page.goBack();
    await row(console, 'Contact-k_1_1').waitFor();
    expect(await page.getByRole('searchbox').inputValue()).toBe('contact-k_1_1');
  });

  it('shows a feed with its lag', async () => {
    const console = await open('/');
    const feed = console.page.getByRole('article').filter({ hasText: 'CustomersFeed-all' });
    await feed.getByText(/^\d+ s$/).waitFor();
    await feed.getByText('running').waitFor();
  });

  it('says what to do where nothing runs', async () => {
    const empty = await startConsole({ ...stage.options, taskQueue: 'nobody-is-here' });
    onTestFinished(() => empty.close());
    const console = await open('/', {}, empty.url);
    await console.sees('No Stateful Workflow runs here');
    await console.sees('nobody-is-here');
    await console.isAccessible();
  });
});

describe('a workflow', () => {
  it('shows a change as it comes, as it was and is, with its source', async () => {
    const before = stage.crm.customer('c_1').plan;
    const console = await open(customer('c_1'));
    await console.sees('Nothing has changed since this page opened');
    stage.crm.patchCustomer('c_1', { plan: 'platinum' });
    const diff = console.page.locator('.changes li').filter({ hasText: 'platinum' }).first();
    await diff.waitFor();
    expect(await diff.locator('header b').textContent()).toBe('profile');
    const plan = diff.locator('tr').filter({ hasText: 'platinum' });
    expect([await plan.locator('del').textContent(), await plan.locator('ins').textContent()]).toEqual([
      before,
      'platinum',
    ]);
    const link = console.page.getByRole('link', { name: /Temporal's UI/ });
    expect(await link.getAttribute('href')).toMatch(
      /^http:\/\/localhost:8233\/namespaces\/default\/workflows\/Customer-c_1\/[\w-]+$/,
    );
    await console.sees('secret:CRM_TOKEN');
    await console.sees(/^fingerprint \w+/);
  });

  it('shows what data holds as text, whatever it holds', async () => {
    const hostile = '<img src=x onerror="globalThis.ran=1"><script>globalThis.ran=1</script>';
    stage.crm.patchCustomer('c_1', { name: hostile });
    const console = await open(customer('c_1', 'data'));
    await console.page.locator('.fields').getByText(hostile).waitFor();
    await console.page.getByRole('button', { name: 'JSON' }).click();
    await console.page.locator('pre.json').getByText('onerror').waitFor();
    expect(await console.page.evaluate(() => (globalThis as { ran?: number }).ran)).toBeUndefined();
    expect(await console.page.locator('main img').count()).toBe(0);
  });

  it('tells of an entity which source gave it', async () => {
    const console = await open(customer('c_1', 'data'));
    await console.page
      .locator('.provenance')
      .getByText(/^from profile, seen/)
      .waitFor();
  });

  it('leads to its children and back', async () => {
    const console = await open(customer('c_1', 'children'));
    await console.page.getByRole('link', { name: 'Contact-k_1_1' }).click();
    await console.page.getByRole('heading', { name: 'Contact-k_1_1' }).waitFor();
    await console.page
      .getByRole('navigation', { name: 'Above it' })
      .getByRole('link', { name: 'Customer-c_1' })
      .click();
    await console.page.getByRole('heading', { name: 'Customer-c_1' }).waitFor();
  });

  it('shows what it refused', async () => {
    await stage.client.workflow.getHandle('Customer-c_1').signal('subscribe', { workflowId: '' });
    const console = await open(customer('c_1', 'wiring'));
    await console.page
      .getByRole('row')
      .filter({ hasText: 'subscribe' })
      .getByText(/^workflowId:/)
      .waitFor();
  });

  it('says so where there is none', async () => {
    const console = await open('/workflows/Nobody-1');
    await console.sees('There is no such workflow');
  });
});

describe('what is done', () => {
  beforeAll(() => stage.ensure('CustomerWorkflow', 'c_3'));

  it('is told by what the workflow answered: refresh, pause, resume, roll', async () => {
    const console = await open(customer('c_3'));
    await console.press('Refresh');
    await console.hears(/^Loaded: /);
    await console.press('Pause');
    await console.hears(/^The workflow says that it is paused/);
    await console.press('Resume');
    await console.hears(/^The workflow says that it is running/);
    await console.press('Roll');
    await console.hears(/^The workflow has continued as new/);
  });

  it('gives another token, by reference or sealed, and says what the load with it came to', async () => {
    const console = await open(customer('c_3'));
    const handle = stage.handle('Customer-c_3');
    await console.press('Rotate token');
    await console.answer({ Reference: 'not-a-reference' }, 'Rotate, and load');
    await console.page
      .getByRole('alert')
      .getByText(/^reference: /)
      .waitFor();
    await console.answer({ Reference: 'secret:CRM_NEXT' }, 'Rotate, and load');
    await console.hears(/^Token rotated. Loaded/);
    expect(await handle.apiToken()).toMatchObject({ reference: 'secret:CRM_NEXT' });
    await console.press('Rotate token');
    await console.press('The token itself', 'dialog');
    await console.answer({ Token: stage.token }, 'Rotate, and load');
    await console.hears(/^Token sealed and rotated. Loaded/);
    expect(await handle.apiToken()).toMatchObject({ reference: expect.stringMatching(/^sealed:/) });
    await console.page.getByText('sealed:...').waitFor();
    expect(await console.page.content()).not.toContain(stage.token);
  });

  it('sets a field, the address, and starts a child', async () => {
    const console = await open(customer('c_3', 'data'));
    await console.page.getByRole('button', { name: 'Edit city of Customer c_3' }).click();
    await console.answer({ Value: 'Bergen' }, 'Set it');
    await console.hears(/^city of Customer c_3 was set/);
    await console.page.locator('.fields').getByText('Bergen').waitFor();
    await console.press('Set address');
    await console.answer({ 'Base address': 'https://user:hunter2@crm.example.com' }, 'Set it');
    await console.page
      .getByRole('alert')
      .getByText(/apiUrl|url/i)
      .waitFor();
    await console.answer({ 'Base address': `${stage.crm.url}/` }, 'Set it');
    await console.hears(/^The workflow's sources are at /);
    await console.press('Start a child');
    await console.answer({ 'Id of the item': 'k_new' }, 'Add the item');
    await console.hears(/^The child Contact-k_new is (running|attaching)/);
  });

  it('accepts deletions that were too many', async () => {
    const extra = Array.from({ length: 12 }, (_, i) => stage.crm.addContact('c_4', { name: `Extra ${i}` }));
    await stage.ensure('CustomerWorkflow', 'c_4');
    for (const { id } of extra) stage.crm.removeContact(id);
    const console = await open(customer('c_4'));
    await console.sees(/would have removed 12 of \d+/);
    await console.press('Accept these deletions');
    await console.hears(/^Deletions accepted. Loaded/);
    expect(Object.keys((await stage.handle('Customer-c_4').state())['Contact'] ?? {})).toHaveLength(2);
  });

  it('asks before it cancels, and says that the workflow has ended', async () => {
    await stage.ensure('NoteWorkflow', 'n_1');
    const console = await open('/workflows/Note-n_1');
    await console.press('Cancel');
    await console.answer({}, 'Cancel the workflow');
    await console.hears(/^The workflow has ended: cancelled/);
    await console.page.locator('.title').getByText('cancelled').waitFor();
  });

  it('cannot be done where the console only shows', async () => {
    const shows = await startConsole({ ...stage.options, readOnly: true });
    onTestFinished(() => shows.close());
    const console = await open(customer('c_1', 'data'), {}, shows.url);
    await console.sees('read-only');
    await console.page.locator('.fields').waitFor();
    expect(await console.page.locator('main').getByRole('button').allTextContents()).toEqual([
      'Entities',
      'JSON',
    ]);
  });
});

describe('the connection', () => {
  it('says that Temporal is gone, and goes on by itself once it is back', async () => {
    const console = await open(customer('c_1'));
    await console.page.getByText('profile').first().waitFor();
    await stage.proxy.cut();
    await console.page
      .getByRole('alert')
      .getByText(/Connection lost/)
      .waitFor();
    await console.page.locator('.top').getByText('lost').waitFor();
    await stage.proxy.mend();
    await console.page.locator('.top').getByText('live').waitFor();
    stage.crm.patchCustomer('c_1', { city: 'Oslo again' });
    await console.page.locator('ins').getByText('Oslo again').waitFor();
  });

  it('asks for the token where there is one', async () => {
    const token = 'a token of 26 characters..';
    const closed = await startConsole({ ...stage.options, token });
    onTestFinished(() => closed.close());
    const console = await open('/', {}, closed.url);
    await console.page.getByLabel('Token').fill('not it');
    await console.press('Sign in');
    await console.sees('That is not the token.');
    await console.isAccessible();
    await console.page.getByLabel('Token').fill(token);
    await console.press('Sign in');
    await row(console, 'Customer-c_1').waitFor();
    await console.press('Sign out', '.top');
    await console.page.getByLabel('Token').waitFor();
  });
});

it.each<Seen>([{ theme: 'light' }, { theme: 'dark' }, { theme: 'light', width: 390 }])(
  'every view is accessible, and no wider than the page: %o',
  async (seen) => {
    const console = await open('/', seen);
    const { page } = console;
    // What looks the same in every colour and width is looked at once.
    const isFirst = seen.theme === 'light' && seen.width === undefined;
    const views = [
      ['/', '.virtual [role=row]'],
      [customer('c_1'), '.facts'],
      [customer('c_1', 'data'), '.provenance'],
      ['/charts', '.chart'],
      ...(isFirst
        ? ([
            [customer('c_1', 'children'), '.twig'],
            [customer('c_1', 'wiring'), 'table'],
          ] as const)
        : []),
    ] as const;
    for (const [path, there] of views) {
      await page.goto(`${running.url}${path}`);
      await page.locator(there).first().waitFor();
      await console.isAccessible();
      const [wide, has] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect([path, (wide ?? 0) <= (has ?? 0)]).toEqual([path, true]);
    }
    await page.goto(`${running.url}${customer('c_1')}`);
    await console.press('Rotate token');
    await console.isAccessible();
  },
);

it('charts what was seen', async () => {
  const console = await open('/charts');
  const loads = console.page.getByRole('figure').filter({ hasText: 'Looks at sources' });
  await loads
    .locator('.legend')
    .getByText(/^unchanged/)
    .waitFor();
  await loads.locator('rect').first().waitFor();
  await loads.getByText('As a table').click();
  expect(await loads.getByRole('columnheader').allTextContents()).toEqual([
    'Minute',
    'unchanged',
    'changed',
    'failed',
  ]);
});

it('takes less than 300 KB to load at first', async () => {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  let bytes = 0;
  cdp.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await cdp.send('Network.enable');
  await page.goto(running.url);
  await page.locator('.virtual [role=row]').first().waitFor();
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  expect(bytes).toBeGreaterThan(20_000);
  expect(bytes).toBeLessThan(300_000);
});
