import type { Info } from '@temporalio/activity';
import { LRUCache } from 'lru-cache';
import { digestOf } from './canonical';

/**
 * Keeps what loads gave, so that a later load can send only what changed. A lost entry costs a whole
 * snapshot in one load, never correctness; so an implementation may forget at any time.
 *
 * Give the workers of a fleet one that they share (Redis, a bucket) and a workflow gets deltas whichever
 * worker loads. What is kept is customers' data: protect it accordingly.
 */
export interface SnapshotStore {
  /** Whether the entry is there. */
  has(key: string): boolean | Promise<boolean>;
  /** The entry's text, or `undefined`. */
  get(key: string): string | undefined | Promise<string | undefined>;
  /** Keeps text (JSON) under a key that is derived from it and whose it is: equal keys have equal texts. */
  set(key: string, text: string): void | Promise<void>;
}

/** How {@link memorySnapshots} is bounded. */
export interface MemorySnapshotOptions {
  /** The most bytes of text to hold; what was used longest ago goes first. @default 64 MiB */
  readonly maxBytes?: number;
}

/** A {@link SnapshotStore} in the worker's memory. */
export function memorySnapshots({ maxBytes = 64 * 1024 * 1024 }: MemorySnapshotOptions = {}): SnapshotStore {
  const cache = new LRUCache<string, string>({
    maxSize: maxBytes,
    sizeCalculation: (text, key) => Buffer.byteLength(text) + key.length,
  });
  return {
    // `get`, so that a look counts as use
    has: (key) => cache.get(key) !== undefined,
    get: (key) => cache.get(key),
    set: (key, text) => void cache.set(key, text),
  };
}

/**
 * A store as one source of one workflow has it. The digest of what another one loaded stands in queries and histories;
 * whoever names it gets nothing by it.
 */
export function snapshotsOf(
  source: string,
  {
    namespace,
    workflowType,
    workflowExecution,
  }: Pick<Info, 'namespace' | 'workflowType' | 'workflowExecution'>,
  store: SnapshotStore,
): SnapshotStore {
  const owner = digestOf(JSON.stringify([namespace, workflowType, workflowExecution?.workflowId, source]));
  const owned = (key: string): string => `${key}:${owner}`;
  return {
    has: (key) => store.has(owned(key)),
    get: (key) => store.get(owned(key)),
    set: (key, text) => store.set(owned(key), text),
  };
}
