import { access, constants, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Result } from './benchmark';

/**
 * Sees to it that the results can be written once they are there, since measuring takes minutes.
 *
 * @throws Error that says why `file` cannot be written
 */
export async function checkWritable(file: string): Promise<void> {
  const path = resolve(file);
  const existing = await stat(path).catch(() => undefined);
  if (existing?.isDirectory()) throw new Error(`--json: ${file} is a directory, not a file.`);
  try {
    await access(existing === undefined ? dirname(path) : path, constants.W_OK);
  } catch (cause) {
    throw new Error(`--json: ${file} cannot be written. Name a file in a directory that exists.`, { cause });
  }
}

/** Writes the results as `{ "results": [...] }`. */
export async function writeJson(file: string, results: readonly Result[]): Promise<void> {
  await writeFile(resolve(file), `${JSON.stringify({ results }, undefined, 2)}\n`);
}

/** The results as a table, with the details of each below it. */
export function table(results: readonly Result[]): string {
  const head = ['benchmark', 'value', 'bar', 'holds'];
  const rows = results.map((result) => [
    result.name,
    result.value === null ? '–' : quantity(result.value, result.unit),
    `${result.better === 'lower' ? '≤' : '≥'} ${quantity(result.bar, result.unit)}`,
    result.holds ? 'yes' : 'NO',
  ]);
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  const details = results.map(({ name, detail }) => `${name}: ${detail}`);
  return [line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line), '', ...details].join(
    '\n',
  );
}

/** A number with as many digits as a reader needs, and its unit. */
export function quantity(value: number, unit: string): string {
  const digits = Number.isInteger(value) || Math.abs(value) >= 1_000 ? 0 : Math.abs(value) >= 10 ? 1 : 3;
  const number = value.toLocaleString('en-US', { maximumFractionDigits: digits });
  return unit === '×' ? `${number}×` : `${number} ${unit}`;
}
