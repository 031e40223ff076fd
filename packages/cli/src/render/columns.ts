import type { Style, Terminal } from './terminal';

/** A text in a table, and how it looks. */
export interface Cell {
  readonly text: string;
  readonly style?: Style;
}

/** One overlong text does not push the other columns out of sight. */
const widest = 60;

/** Rows of cells as lines, with the columns below each other and two spaces between them; empty columns are left out. */
export function inColumns(rows: readonly (readonly Cell[])[], terminal: Terminal): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, { text }] of row.entries()) {
      const width = widthOf(text);
      if (width <= widest) widths[column] = Math.max(widths[column] ?? 0, width);
    }
  }
  return rows.map((row) => {
    const used = row.map((cell, column) => ({ ...cell, width: widths[column] ?? 0 }));
    const last = used.findLastIndex(({ text }) => text !== '');
    return used
      .slice(0, last + 1)
      .filter(({ text, width }) => text !== '' || width > 0)
      .map(({ text, style, width }, index, { length }) => {
        const styled = style === undefined || text === '' ? text : terminal.style(style, text);
        return index === length - 1 ? styled : styled + ' '.repeat(Math.max(0, width - widthOf(text)));
      })
      .join('  ');
  });
}

/** How many places a text takes: one for each character, which is near enough for ids and messages. */
export function widthOf(text: string): number {
  return [...text].length;
}

/** Breaks a text between words into lines of a width; a longer word gets a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
