import { describe, expect, it } from 'vitest';
import { resultsTable } from './results-table';
import type { StepResult } from './step';

const plain = { unicode: true, style: (_: string, text: string) => text };
const coloured = { unicode: true, style: (style: string, text: string) => `<${style}>${text}` };

const results: readonly StepResult[] = [
  { name: 'first load', expected: 'all is there', seen: 'all is there', ok: true, ms: 1_234 },
  {
    name: 'a step that has a rather long name',
    expected: 'one thing\nand another',
    seen: 'none',
    ok: false,
    ms: 12_000,
  },
];

describe('resultsTable', () => {
  it('shows a step a row, wrapped, with the times below each other', () => {
    expect(resultsTable(results, plain).split('\n')).toEqual([
      '   step               expected      seen            time',
      '────────────────────────────────────────────────────────',
      '✔  first load         all is there  all is there   1.2 s',
      '✘  a step that has a  one thing     none          12.0 s',
      '   rather long name   and another',
      '────────────────────────────────────────────────────────',
    ]);
  });

  it('marks in colour what held and what did not', () => {
    expect(resultsTable(results, coloured)).toMatch(/<green>✔.*\n.*<red>✘/);
  });
});
