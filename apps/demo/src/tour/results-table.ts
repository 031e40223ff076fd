import { type Cell, inColumns, type Terminal, widthOf, wrap } from 'stateful-workflow/terminal';
import { seconds } from './figures';
import type { StepResult } from './step';

/** What the tour expected and saw, step by step, as a table. */
export function resultsTable(results: readonly StepResult[], terminal: Terminal): string {
  const times = ['time', ...results.map(({ ms }) => seconds(ms))];
  const time = (text: string): string => text.padStart(Math.max(...times.map(widthOf)));
  const head: readonly Cell[] = ['', 'step', 'expected', 'seen', time('time')].map((text) => ({ text }));
  const rows = results.flatMap(({ ok, name, expected, seen, ms }) => {
    const cells = [
      [ok ? '✔' : '✘'],
      lines(name, 22),
      lines(expected, 38),
      lines(seen, 38),
      [time(seconds(ms))],
    ];
    return Array.from({ length: Math.max(...cells.map(({ length }) => length)) }, (_, n) =>
      cells.map((cell, i): Cell => ({
        text: cell[n] ?? '',
        ...(i === 0 && { style: ok ? 'green' : 'red' }),
      })),
    );
  });
  const all = [head, ...rows];
  const rule = '─'.repeat(
    Math.max(...inColumns(all, { ...terminal, style: (_, text) => text }).map(widthOf)),
  );
  const [first = '', ...rest] = inColumns(all, terminal);
  return [first, rule, ...rest, rule].join('\n');
}

/** A text in lines of a width; a line break in it begins a new one. */
export const lines = (text: string, width: number): string[] =>
  text.split('\n').flatMap((paragraph) => wrap(paragraph, width));
