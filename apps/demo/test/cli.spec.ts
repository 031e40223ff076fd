import { describe, expect, it } from 'vitest';
import { parseCliOptions, usage, UsageError } from '../src/cli-options';
import { startDemo } from './support/demo-process';

describe('the command line', () => {
  it.each([
    [[], {}],
    [['--customers', '7'], { customers: 7 }],
    [['--live', '--workers', '3'], { live: true, workers: 3 }],
    [['--tour'], { tour: true, customers: 2_000 }],
    [['--tour', '--quick'], { tour: true, quick: true, customers: 200 }],
    [['--tour', '--quick', '--customers', '20000'], { tour: true, quick: true, customers: 20_000 }],
    [['--tour', '--json', 'a.json'], { tour: true, customers: 2_000, json: 'a.json' }],
    [['-h'], { help: true }],
  ])('takes %j', (args, options) => {
    const defaults = { help: false, tour: false, quick: false, live: false, customers: 20, workers: 1 };
    expect(parseCliOptions(args)).toEqual({ ...defaults, ...options });
  });

  it.each([
    [['--tuor'], '--tuor'],
    [['tour'], 'tour'],
    [['--tour', '--json'], '--json'],
    [['--tour', '--json='], '--json needs'],
    [['--json', 'a.json'], 'add --tour'],
    [['--tour=yes'], '--tour'],
    [['--quick'], 'add --tour'],
    [['--tour', '--live'], 'not for the tour'],
    [['--tour', '--workers', '2'], 'not for the tour'],
    [['--workers', '17'], 'from 1 to 16, not `17`'],
    [['--customers', '0'], 'from 1 to 20000, not `0`'],
    [['--customers', '1e3'], 'from 1 to 20000'],
    [['--customers', '20001'], 'from 1 to 20000'],
  ])('refuses %j and says why', (args, reason) => {
    expect(() => parseCliOptions(args)).toThrow(UsageError);
    expect(() => parseCliOptions(args)).toThrow(reason);
  });

  it('exits with 2, the reason and the usage', async () => {
    const demo = startDemo(['--tuor']);
    expect(await demo.ended).toBe(2);
    expect(demo.output.stdout).toBe('');
    expect(demo.output.stderr).toMatch(/^Unknown option '--tuor'/);
    expect(demo.output.stderr).toContain(usage);
  });

  it('shows the usage when asked', async () => {
    const demo = startDemo(['--help']);
    expect(await demo.ended).toBe(0);
    expect(demo.output).toEqual({ stdout: usage, stderr: '' });
  });
});
