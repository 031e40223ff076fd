import { pipeline, Readable } from 'node:stream';
import { parseExactJson } from '@stateful-workflow/core';
import { CsvError, parse } from 'csv-parse';
import { FileFault } from './file-fault';
import type { FileFormat, FileQuery } from './file-query';
import { readLines } from './lines';

/** What is read of a file, and the bounds. */
export interface Reading {
  readonly name: string;
  readonly query: FileQuery;
  readonly maxJsonBytes: number;
  readonly maxLineBytes: number;
}

type Parser = (chunks: AsyncIterable<Buffer>, reading: Reading) => AsyncGenerator<unknown>;

/** Gives the records of a file. */
export const PARSERS: Readonly<Record<FileFormat, Parser>> = { json, ndjson, csv };

async function* json(chunks: AsyncIterable<Buffer>, { name, query, maxJsonBytes }: Reading) {
  const held: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    if ((bytes += chunk.length) > maxJsonBytes)
      throw new FileFault(
        'fatal',
        `${name} is longer than ${maxJsonBytes} bytes. Write it as NDJSON, or raise maxJsonBytes.`,
      );
    held.push(chunk);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(held));
  } catch {
    throw new FileFault('fatal', `${name} is not UTF-8. Save the file as UTF-8.`);
  }
  let value = parsed(text, (error) => `Line ${lineOf(error, text)} of ${name}`);
  for (const field of query.items?.split('.') ?? []) {
    const isHolder = typeof value === 'object' && value !== null && Object.hasOwn(value, field);
    value = isHolder ? (value as Record<string, unknown>)[field] : undefined;
  }
  if (query.items !== undefined && !Array.isArray(value))
    throw new FileFault('fatal', `${name} has no list at ${query.items}. Mend the items of the source.`);
  if (Array.isArray(value)) yield* value as unknown[];
  else yield value;
}

async function* ndjson(chunks: AsyncIterable<Buffer>, { name, maxLineBytes }: Reading) {
  for await (const lines of readLines(chunks, name, maxLineBytes))
    for (const { text, number } of lines)
      if (text.trim() !== '') yield parsed(text, () => `Line ${number} of ${name}`);
}

async function* csv(chunks: AsyncIterable<Buffer>, { name, query, maxLineBytes }: Reading) {
  let isEmpty = true;
  const texts = async function* () {
    for await (const lines of readLines(chunks, name, maxLineBytes)) {
      isEmpty &&= lines.every(({ text }) => text.trim() === '');
      yield lines.map(({ text }) => `${text}\n`).join('');
    }
    // As one is that is just being written.
    if (isEmpty) throw new FileFault('fatal', `${name} has no first line with the names of the columns.`);
  };
  const columns = (header: readonly string[]): string[] => {
    const wrong = header.find((column, i) => column === '' || header.indexOf(column) !== i);
    if (wrong === undefined) return [...header];
    throw new FileFault('fatal', `Line 1 of ${name} has a column twice or without a name.`);
  };
  const parser = parse({
    columns,
    delimiter: query.delimiter ?? ',',
    max_record_size: maxLineBytes,
    skip_empty_lines: true,
  });
  // What fails comes out of the parser, too.
  pipeline(Readable.from(texts(), { objectMode: true, highWaterMark: 1 }), parser, () => {});
  try {
    for await (const record of parser) yield record as unknown;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // Its message may quote the line.
    const line = typeof error.lines === 'number' ? `Line ${error.lines}` : 'A line';
    throw new FileFault(
      'fatal',
      `${line} of ${name} is not CSV with the columns of the first line (${error.code}).`,
    );
  }
}

/** Reads JSON. The parser's own message quotes it, and is not repeated. */
function parsed(text: string, where: (error: unknown) => string): unknown {
  try {
    return parseExactJson(text, { refuse: true });
  } catch (error) {
    const what = error instanceof RangeError ? error.message.replace(/\.$/, '') : 'is not JSON';
    throw new FileFault('fatal', `${where(error)} ${what}.`);
  }
}

/** The line on which JSON breaks. Where the parser does not say the place, it is the end that is missing. */
function lineOf(error: unknown, text: string): number {
  const [, place] = /at position (\d+)/.exec(error instanceof Error ? error.message : '') ?? [];
  return text.slice(0, place === undefined ? undefined : Number(place)).split('\n').length;
}
