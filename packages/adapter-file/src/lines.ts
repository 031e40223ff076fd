import { FileFault } from './file-fault';

const NEWLINE = 0x0a;

/** A line without its end, and its number from 1. */
export interface Line {
  readonly text: string;
  readonly number: number;
}

/**
 * Reads lines, those of a chunk together; no more is held than a chunk and a line. A byte order mark is left out.
 *
 * @throws FileFault for a line that is too long or not UTF-8; it says which one, and repeats nothing of it
 */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  name: string,
  maxLineBytes: number,
): AsyncGenerator<readonly Line[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let number = 0;
  let held: Buffer[] = [];
  let heldBytes = 0;
  const take = (last: Buffer): Line => {
    number += 1;
    heldBytes += last.length;
    if (heldBytes > maxLineBytes)
      throw new FileFault('fatal', `Line ${number} of ${name} is longer than ${maxLineBytes} bytes.`);
    const bytes = held.length === 0 ? last : Buffer.concat([...held, last]);
    held = [];
    heldBytes = 0;
    try {
      const text = decoder.decode(bytes);
      return { text: number === 1 ? text.replace(/^\uFEFF/, '') : text, number };
    } catch {
      throw new FileFault('fatal', `Line ${number} of ${name} is not UTF-8. Save the file as UTF-8.`);
    }
  };
  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      lines.push(take(chunk.subarray(start, end)));
      start = end + 1;
    }
    const rest = chunk.subarray(start);
    if (rest.length > 0) held.push(rest);
    heldBytes += rest.length;
    if (heldBytes > maxLineBytes)
      throw new FileFault('fatal', `Line ${number + 1} of ${name} is longer than ${maxLineBytes} bytes.`);
    if (lines.length > 0) yield lines;
  }
  if (heldBytes > 0) yield [take(Buffer.alloc(0))];
}
