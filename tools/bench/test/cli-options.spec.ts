import { describe, expect, it } from 'vitest';
import { benchmarks } from '../src/benchmarks';
import { parseCliOptions, usage, UsageError } from '../src/cli-options';

const list = [
  { name: 'fast', title: 'how fast it is' },
  { name: 'small-enough', title: 'how small it is' },
];

describe('parseCliOptions', () => {
  it('takes all benchmarks when none is named', () => {
    expect(parseCliOptions([], list)).toEqual({ help: false, selected: list });
  });

  it('takes those named, once, in the order of the list', () => {
    const { selected } = parseCliOptions(['small-enough', 'fast', 'fast'], list);
    expect(selected.map(({ name }) => name)).toEqual(['fast', 'small-enough']);
  });

  it.each([
    ['--json', 'out.json', 'fast'],
    ['fast', '--json', 'out.json'],
    ['--json=out.json', 'fast'],
  ])('reads a file wherever it stands: %j', (...args) => {
    expect(parseCliOptions(args, list)).toEqual({ help: false, selected: [list[0]], json: 'out.json' });
  });

  it('refuses unknown names and lists those there are', () => {
    expect(() => parseCliOptions(['fats', 'fast', 'big'], list)).toThrow(
      'There is no benchmark `fats`, `big`. Those there are: fast, small-enough. Without a name all of them run.',
    );
  });

  it.each([['--josn', 'x'], ['--json'], ['--json', ''], ['--json', '--help'], ['--help=yes']])(
    'refuses flags it does not understand: %j',
    (...args) => {
      expect(() => parseCliOptions(args, list)).toThrow(UsageError);
    },
  );
});

describe('usage', () => {
  it('names every benchmark and says what it measures', () => {
    expect(usage(list)).toContain('  fast          how fast it is\n  small-enough  how small it is\n');
  });
});

describe('the list of benchmarks', () => {
  it('has each name once', () => {
    const names = benchmarks.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z0-9]+)*$/);
  });
});
