import { HttpError, readJson } from '@stateful-workflow/http';

const NEWLINE = 0x0a;

/**
 * Reads one record a line, in batches. No more is held than a batch and a line. Empty lines are left out, a last
 * line needs no end.
 *
 * @param request names the request in errors
 * @throws HttpError for a line that is not JSON, not UTF-8, or longer than `maxLineBytes`; it says which line, and
 *   repeats nothing of it
 */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  {
    request,
    maxLineBytes,
    batch,
  }: { readonly request: string; readonly maxLineBytes: number; readonly batch: number },
): AsyncGenerator<readonly unknown[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let number = 0;
  let records: unknown[] = [];
  let held: Buffer[] = [];
  let heldBytes = 0;

  const fail = (problem: 'malformed' | 'oversized' | 'charset', what: string): HttpError =>
    new HttpError({ type: 'body', problem }, `Line ${number + 1} of ${request} ${what}.`);
  const take = (bytes: Buffer): void => {
    let text: string;
    try {
      text = decoder.decode(bytes).trim();
    } catch {
      throw fail('charset', 'is not UTF-8');
    }
    if (text !== '') {
      try {
        records.push(readJson(text));
      } catch (error) {
        if (error instanceof RangeError) throw fail('malformed', error.message);
        // The parser's own message quotes the line.
        throw fail('malformed', 'is not JSON');
      }
    }
    number += 1;
  };

  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const piece = chunk.subarray(start, end);
      take(held.length === 0 ? piece : Buffer.concat([...held, piece]));
      held = [];
      heldBytes = 0;
      start = end + 1;
      if (records.length >= batch) {
        yield records;
        records = [];
      }
    }
    const rest = chunk.subarray(start);
    heldBytes += rest.length;
    if (heldBytes > maxLineBytes) throw fail('oversized', `is longer than ${maxLineBytes} bytes`);
    if (rest.length > 0) held.push(rest);
  }
  if (heldBytes > 0) take(Buffer.concat(held));
  if (records.length > 0) yield records;
}
