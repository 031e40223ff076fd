export { memoryDigests, type DigestStore, type MemoryDigestOptions } from './digests';
export { feedAdapter, type FeedAdapterOptions } from './feed-adapter';
export type { FeedCounts, FeedCursor } from './feed-cursor';
export type { FeedData } from './workflow/feed-data';
export type { FeedQuery, FeedWorkflow } from './workflow/define-feed';
export type { FeedOptions, FeedRecord, FeedSweep, FeedTarget } from './workflow/feed-options';
