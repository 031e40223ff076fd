import { createHash } from 'node:crypto';
import type { LoadLog } from '../contract/adapter';
import type { LoadRequest, LoadResult, PartResult, WholeResult } from '../contract/load';
import type { SnapshotStore } from './snapshots';

/** How results are cut, and where they are kept meanwhile. */
interface PartsOptions {
  readonly maxResultBytes: number;
  readonly snapshots: SnapshotStore;
}

type Warns = Pick<LoadLog, 'warn'>;

/** Text cut into parts of at most `maxBytes` bytes each, never within a character. */
export function cut(text: string, maxBytes: number): string[] {
  const bytes = Buffer.from(text);
  const parts: string[] = [];
  for (let start = 0; start < bytes.length;) {
    let end = Math.min(start + maxBytes, bytes.length);
    // 10xxxxxx continues a character
    while (end < bytes.length && end > start + 1 && ((bytes[end] as number) & 0xc0) === 0x80) end--;
    parts.push(bytes.toString('utf8', start, end));
    start = end;
  }
  return parts;
}

/**
 * A result as it travels: whole, or in parts when it is too large for one activity result. It is kept for the
 * parts that follow; where that fails, each of them costs a load.
 *
 * @param asked the part that was asked for; the first one of another whole
 */
export async function travelling(
  result: WholeResult,
  { maxResultBytes, snapshots }: PartsOptions,
  log: Warns,
  asked?: LoadRequest['part'],
): Promise<LoadResult> {
  if (result.outcome === 'unchanged') return result;
  const text = JSON.stringify(result);
  if (Buffer.byteLength(text) <= maxResultBytes) return result;
  const first = partOf(text, 0, maxResultBytes);
  try {
    await snapshots.set(keyOf(first.digest), text);
  } catch (error) {
    log.warn('A result in parts could not be kept; each part takes a load', { error: String(error) });
  }
  return asked?.digest === first.digest ? partOf(text, asked.index, maxResultBytes) : first;
}

/** One part of a result that is still kept. */
export async function heldPart(
  { digest, index }: NonNullable<LoadRequest['part']>,
  { maxResultBytes, snapshots }: PartsOptions,
  log: Warns,
): Promise<PartResult | undefined> {
  try {
    const text = await snapshots.get(keyOf(digest));
    return text === undefined ? undefined : partOf(text, index, maxResultBytes);
  } catch (error) {
    log.warn('A result in parts could not be read; the source is loaded again', { error: String(error) });
    return undefined;
  }
}

function partOf(text: string, index: number, maxBytes: number): PartResult {
  const parts = cut(text, maxBytes);
  const digest = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  return { outcome: 'part', digest, index, of: parts.length, text: parts[index] ?? '' };
}

const keyOf = (digest: string): string => `result:${digest}`;
