import { describe, expect, it } from 'vitest';
import { parseCliOptions, usage, UsageError } from '../src/cli-options';
import { startDemo } from './support/demo-process';

describe('the command line', () => {
  it.each([
    [[], { help: false, tour: false }],
    [['--tour'], { help: false, tour: true }],
    [['--tour', '--json', 'a.json'], { help: false, tour: true, json: 'a.json' }],
    [['-h'], { help: true, tour: false }],
  ])('takes %j', (args, options) => {
    expect(parseCliOptions(args)).toEqual(options);
  });

  it.each([
    [['--tuor'], '--tuor'],
    [['tour'], 'tour'],
    [['--tour', '--json'], '--json'],
    [['--tour', '--json='], '--json needs'],
    [['--json', 'a.json'], 'add --tour'],
    [['--tour=yes'], '--tour'],
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
