import { width } from './style';

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** The most columns of the terminal that it takes; longer text is wrapped. @default as wide as its text */
  readonly max?: number;
  /** @default 'left' */
  readonly align?: 'left' | 'right';
}

/**
 * Draws a table for a terminal, with a line under the titles and one between rows.
 *
 * @param rows each with a text per column
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((text, i) => wrap(text, columns[i]?.max ?? Infinity)));
  const widths = columns.map(({ title }, i) =>
    Math.max(width(title), ...cells.flatMap((row) => (row[i] ?? []).map(width))),
  );
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, i) => {
        const gap = ' '.repeat((widths[i] ?? 0) - width(text));
        return columns[i]?.align === 'right' ? gap + text : text + gap;
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((columns) => '─'.repeat(columns)).join('──');
  const drawn = cells.map((row) => {
    const height = Math.max(...row.map((lines) => lines.length));
    return Array.from({ length: height }, (_, n) => line(row.map((lines) => lines[n] ?? ''))).join('\n');
  });
  return [line(columns.map(({ title }) => title)), rule, drawn.join('\n'), rule].join('\n');
}

/** Breaks a text at spaces; a word that is longer than the line stays whole. */
export function wrap(text: string, max: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && width(line) + 1 + width(word) > max) {
        lines.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines;
}
