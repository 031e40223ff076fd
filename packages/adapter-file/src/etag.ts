import { createHash } from 'node:crypto';
import type { Found } from './find-files';

/** How old a change must be for its time to tell it from the next one: clocks of file systems are coarse. */
const SETTLED_MS = 2_000n;

/** Names files and what the file system says of them: another name where anything was written, moved or put back. */
export function statName({ files }: Found): string {
  const hash = createHash('sha256');
  for (const { name, stats } of files) {
    const { dev, ino, size, mtimeNs, ctimeNs } = stats;
    hash.update(JSON.stringify([name, ...[dev, ino, size, mtimeNs, ctimeNs].map(String)]));
  }
  return hash.digest('hex').slice(0, 32);
}

/** Whether all changes are so old that a further one would show in the times. */
export const isSettled = ({ files }: Found, now = Date.now()): boolean =>
  files.every(({ stats }) => stats.ctimeMs + SETTLED_MS < BigInt(now));

/** What a load saw: the files by name and time, unless a further change may not show there, and their content. */
export interface Seen {
  readonly stat: string | undefined;
  readonly content: string;
}

/** Writes an etag. */
export const etagOf = ({ stat, content }: Seen): string => `"${stat ?? 'new'}.${content}"`;

/** Reads an etag that {@link etagOf} wrote; of others, `undefined`. */
export function seenOf(etag: string | undefined): Seen | undefined {
  const [, stat, content] = /^"([0-9a-f]{32}|new)\.([0-9a-f]{64})"$/.exec(etag ?? '') ?? [];
  if (stat === undefined || content === undefined) return undefined;
  return { stat: stat === 'new' ? undefined : stat, content };
}
