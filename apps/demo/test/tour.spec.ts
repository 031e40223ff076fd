import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  descendants,
  listens,
  portsIn,
  startDemo,
  type TestProcess,
  untilGone,
} from './support/demo-process';

interface TourFile {
  readonly steps: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly expected: string;
    readonly seen: string;
    readonly ms: number;
  }[];
}

describe('the tour', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'demo-test-'));
    // For root, Postgres runs as somebody else, who has to get there.
    await chmod(directory, 0o755);
  });
  /** What is left in it, but for the cache of programs that Postgres has there for root. */
  const left = async (): Promise<string[]> =>
    (await readdir(directory)).filter((name) => name !== 'stateful-workflow');
  /** A tour whose temporary files are in the directory of the test. */
  const startTour = (...args: readonly string[]): TestProcess =>
    startDemo(['--tour', ...args], { TMPDIR: directory, TEMP: directory });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('shows that every step holds, and leaves nothing running', { timeout: 900_000 }, async () => {
    const json = join(directory, 'results', 'tour.json');
    const tour = startTour('--json', json, '--customers', '120');
    const family = new Set<number>();
    const watch = setInterval(() => {
      for (const pid of descendants(tour.child.pid ?? 0)) family.add(pid);
    }, 500);
    const code = await tour.ended;
    clearInterval(watch);

    const { steps } = JSON.parse(await readFile(json, 'utf8')) as TourFile;
    expect(
      steps.filter(({ ok }) => !ok),
      tour.output.stdout,
    ).toEqual([]);
    expect(steps.map(({ name }) => name)).toEqual([
      'a first load',
      'a change at the CRM',
      'an unchanged reload',
      '1 of 1,000 records changed',
      'apiUrl moved',
      'tickets by GraphQL',
      'invoices by SQL',
      'an invoice is paid',
      'a workflow for each contact',
      'one token, one pause, one end',
      'the token revoked, then rotated',
      'the CRM fails with 503',
      'the worker killed in mid-load',
      'continue-as-new',
      '100 silent polls',
      'a fleet, one feed',
      'a fleet at rest',
      'one of the fleet changes',
      'a webhook for one of them',
      'the token is nowhere',
    ]);
    for (const step of steps) {
      expect(step).toEqual({
        name: expect.any(String),
        ok: true,
        expected: expect.stringMatching(/./),
        seen: expect.stringMatching(/./),
        ms: expect.any(Number),
      });
    }
    expect(code).toBe(0);
    expect(tour.output.stdout).toContain(`${steps.length} of ${steps.length} steps held`);
    // eslint-disable-next-line no-control-regex -- that there are no colours is what is tested
    expect(tour.output.stdout).not.toMatch(/\u001b/);

    // Temporal and Postgres with their watchdogs, two workers one after the other, the one of the fleet, and the tour itself.
    expect(family.size).toBeGreaterThanOrEqual(8);
    await untilGone([...family]);
    const ports = portsIn(tour.output.stdout);
    expect(ports.length).toBeGreaterThanOrEqual(6);
    expect(await Promise.all(ports.map(listens))).toEqual(ports.map(() => false));
    expect(await left()).toEqual(['results']);
  });

  it('is not good when it is interrupted, and leaves nothing running', async () => {
    const json = join(directory, 'interrupted.json');
    const tour = startTour('--json', json);
    await tour.matches(/2\/20/);
    const family = descendants(tour.child.pid ?? 0);
    tour.child.kill('SIGINT');
    expect(await tour.ended).not.toBe(0);
    expect(tour.output.stderr).toBe('');
    expect(tour.output.stdout).not.toContain('steps held');
    await untilGone(family);
    expect(await left()).toEqual([]);
  });

  it('takes its worker and its servers along even when it is killed', async () => {
    const tour = startTour();
    await tour.matches(/2\/20/);
    const family = descendants(tour.child.pid ?? 0);
    expect(family.length).toBeGreaterThanOrEqual(7);
    tour.child.kill('SIGKILL');
    await untilGone(family);
    // Its logs nobody could remove; the data of Postgres was somebody's job.
    expect(await left()).toEqual([expect.stringMatching(/^customer-360-/)]);
  });
});
