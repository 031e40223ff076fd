import { LRUCache } from 'lru-cache';

/**
 * Keeps what feeds last delivered of each entity, by a digest, so that the same is not delivered again. A lost entry costs
 * a delivery that changes nothing, never correctness; so an implementation may forget at any time. Give workers one that
 * they share, and a restarted worker delivers nothing twice.
 */
export interface DigestStore {
  /** The digests of some entities of a feed; those that are not known are missing. */
  get(
    feed: string,
    ids: readonly string[],
  ): ReadonlyMap<string, string> | Promise<ReadonlyMap<string, string>>;
  /** Keeps digests; forgets those of entities without one. */
  set(feed: string, digests: ReadonlyMap<string, string | undefined>): void | Promise<void>;
}

/** How {@link memoryDigests} is bounded. */
export interface MemoryDigestOptions {
  /** The most entities that it knows, of about 200 bytes each; what was used longest ago goes first. @default 250,000 */
  readonly maxEntries?: number;
}

/** A {@link DigestStore} in the worker's memory. */
export function memoryDigests({ maxEntries = 250_000 }: MemoryDigestOptions = {}): DigestStore {
  const cache = new LRUCache<string, string>({ max: maxEntries });
  const keyOf = (feed: string, id: string): string => JSON.stringify([feed, id]);
  return {
    get(feed, ids) {
      const known = new Map<string, string>();
      for (const id of ids) {
        const digest = cache.get(keyOf(feed, id));
        if (digest !== undefined) known.set(id, digest);
      }
      return known;
    },
    set(feed, digests) {
      for (const [id, digest] of digests)
        if (digest === undefined) cache.delete(keyOf(feed, id));
        else cache.set(keyOf(feed, id), digest);
    },
  };
}
