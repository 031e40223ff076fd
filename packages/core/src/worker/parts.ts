import { createHash } from 'node:crypto';
import type { LoadResult, PartResult, WholeResult } from '../contract/load';
import type { SnapshotStore } from './snapshots';

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

/** A result as it travels: whole, or its first part when it is too large for one activity result. */
export async function travelling(
  result: WholeResult,
  maxBytes: number,
  store: SnapshotStore,
): Promise<LoadResult> {
  if (result.outcome === 'unchanged') return result;
  const text = JSON.stringify(result);
  if (Buffer.byteLength(text) <= maxBytes) return result;
  const part = partOf(text, 0, maxBytes);
  await store.set(keyOf(part.digest), text);
  return part;
}

/** One part of a result that this worker still holds. */
export async function heldPart(
  digest: string,
  index: number,
  maxBytes: number,
  store: SnapshotStore,
): Promise<PartResult | undefined> {
  const text = await store.get(keyOf(digest));
  return text === undefined ? undefined : partOf(text, index, maxBytes);
}

function partOf(text: string, index: number, maxBytes: number): PartResult {
  const parts = cut(text, maxBytes);
  const digest = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  return { outcome: 'part', digest, index, of: parts.length, text: parts[index] ?? '' };
}

const keyOf = (digest: string): string => `result:${digest}`;
