import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failed, judge, type Result } from '../src/benchmark';
import { checkWritable, quantity, table, writeJson } from '../src/report';

const small = { name: 'small', title: 'how small', unit: 'bytes', bar: 61_440, better: 'lower' } as const;
const fast = { name: 'very-fast', title: 'how fast', unit: '×', bar: 20, better: 'higher' } as const;

describe('judge', () => {
  it.each([
    [61_440, true],
    [61_440.5, false],
  ])('holds a value that is to be low to its bar: %d', (value, holds) => {
    expect(judge(small, { value, detail: 'd' })).toEqual({
      name: 'small',
      value,
      unit: 'bytes',
      bar: 61_440,
      better: 'lower',
      holds,
      detail: 'd',
    });
  });

  it.each([
    [20, true],
    [19.99, false],
    [NaN, false],
  ])('holds a value that is to be high to its bar: %d', (value, holds) => {
    expect(judge(fast, { value, detail: '' }).holds).toBe(holds);
  });
});

describe('table', () => {
  it('shows value, bar and whether it holds, and the details below', () => {
    const results: Result[] = [
      judge(small, { value: 48_569, detail: 'a bare bundle is 177,693 bytes' }),
      judge(fast, { value: 7.2916, detail: 'by hand 54 ms' }),
      failed(fast, new Error('no server')),
    ];
    expect(table(results)).toBe(
      [
        'benchmark  value         bar             holds',
        '─────────  ────────────  ──────────────  ─────',
        'small      48,569 bytes  ≤ 61,440 bytes  yes',
        'very-fast  7.292×        ≥ 20×           NO',
        'very-fast  –             ≥ 20×           NO',
        '',
        'small: a bare bundle is 177,693 bytes',
        'very-fast: by hand 54 ms',
        'very-fast: not measured: no server',
      ].join('\n'),
    );
  });

  it.each([
    [1.0994, '×', '1.099×'],
    [12, 'events', '12 events'],
    [98.76, 'KB', '98.8 KB'],
    [2_499.6, 'bytes', '2,500 bytes'],
  ])('writes %d %s as %s', (value, unit, text) => {
    expect(quantity(value, unit)).toBe(text);
  });
});

describe('the file', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'bench-report-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('holds the results as JSON', async () => {
    const file = join(directory, 'out.json');
    const results = [judge(small, { value: 1, detail: 'd' }), failed(fast, 'gone')];
    await checkWritable(file);
    await writeJson(file, results);
    await checkWritable(file);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ results });
  });

  it('is refused before anything is measured when it cannot be written', async () => {
    await expect(checkWritable(directory)).rejects.toThrow('is a directory, not a file');
    await expect(checkWritable(join(directory, 'no', 'out.json'))).rejects.toThrow(
      'in a directory that exists',
    );
  });
});
