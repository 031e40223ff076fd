import type { FeedCursor } from './feed-cursor';
import type { FeedData } from './workflow/feed-data';

/** What a feed's workflow shows of where the feed is. */
export function shownAs(id: string, state: FeedCursor, isBusy: boolean): FeedData {
  const { delivered, gone, absent, refused, sweptAt, incomplete, refusedSweep } = state;
  return {
    id,
    isBusy,
    delivered,
    gone,
    absent,
    refused,
    ...(sweptAt !== undefined && { sweptAt: new Date(sweptAt).toISOString() }),
    ...(incomplete !== undefined && { incomplete }),
    ...(refusedSweep && { refusedSweep }),
  };
}
