export { defineFeed, type FeedWorkflow } from './workflow/define-feed';
export type { FeedData } from './workflow/feed-data';
export type { FeedOptions, FeedRecord, FeedSweep, FeedTarget } from './workflow/feed-options';
