import type { LoadLog } from '../contract/adapter';
import type { LoadRequest, LoadResult, PartResult, WholeResult } from '../contract/load';
import { type Canonical, canonical, digestOf } from './canonical';
import type { SnapshotStore } from './snapshots';

/** How results are cut, and where they are kept meanwhile. */
interface PartsOptions {
  readonly maxResultBytes: number;
  readonly snapshots: SnapshotStore;
}

/** What a load found, and its entities as they have been written already. */
export interface Found {
  readonly result: WholeResult;
  readonly entities?: Canonical;
}

type Warns = Pick<LoadLog, 'warn'>;

/**
 * One of the parts that text is cut into, of at most `maxBytes` bytes each, never within a character.
 *
 * @returns its text, and how many there are
 */
export function cut(
  text: string,
  maxBytes: number,
  index: number,
): { readonly of: number; readonly text: string } {
  const bytes = Buffer.from(text);
  const starts = [0];
  for (let end = maxBytes; end < bytes.length; end += maxBytes) {
    // 10xxxxxx continues a character
    while (end > (starts.at(-1) as number) + 1 && ((bytes[end] as number) & 0xc0) === 0x80) end--;
    starts.push(end);
  }
  return {
    of: starts.length,
    text: bytes.toString('utf8', starts[index] ?? bytes.length, starts[index + 1]),
  };
}

/**
 * A result as it travels: whole, or in parts when it is too large for one activity result. It is kept for the
 * parts that follow; where that fails, each of them costs a load.
 *
 * @param asked the part that was asked for; the first one of another whole
 */
export async function travelling(
  { result, entities }: Found,
  { maxResultBytes, snapshots }: PartsOptions,
  log: Warns,
  asked?: LoadRequest['part'],
): Promise<LoadResult> {
  if (result.outcome === 'unchanged') return result;
  const { text, digest } = entities === undefined ? canonical(result) : writtenWith(entities, result);
  if (Buffer.byteLength(text) <= maxResultBytes) return result;
  try {
    await snapshots.set(keyOf(digest), text);
  } catch (error) {
    log.warn('A result in parts could not be kept; each part takes a load', { error: String(error) });
  }
  return partOf(text, digest, asked?.digest === digest ? asked.index : 0, maxResultBytes);
}

/** A result as text around that of its entities, which are not written a second time. */
function writtenWith(entities: Canonical, result: WholeResult): Canonical {
  const rest = JSON.stringify({ ...result, entities: undefined });
  return {
    text: `{"entities":${entities.text},${rest.slice(1)}`,
    digest: digestOf(entities.digest + rest),
  };
}

/** One part of a result that is still kept. */
export async function heldPart(
  { digest, index }: NonNullable<LoadRequest['part']>,
  { maxResultBytes, snapshots }: PartsOptions,
  log: Warns,
): Promise<PartResult | undefined> {
  try {
    const text = await snapshots.get(keyOf(digest));
    return text === undefined ? undefined : partOf(text, digest, index, maxResultBytes);
  } catch (error) {
    log.warn('A result in parts could not be read; the source is loaded again', { error: String(error) });
    return undefined;
  }
}

function partOf(text: string, digest: string, index: number, maxBytes: number): PartResult {
  return { outcome: 'part', digest, index, ...cut(text, maxBytes, index) };
}

const keyOf = (digest: string): string => `result:${digest}`;
