import type { Context } from '@temporalio/activity';
import type { Checkpoint } from '../contract/adapter';
import type { WatchRequest } from '../contract/load';

/** What a watch knows from its earlier looks. The server is told only of what the number of an attempt does not say. */
export interface WatchProgress {
  /** The newest checkpoint: validators can change while the content does not. */
  readonly checkpoint?: Checkpoint;
  /** Looks that failed in a row. */
  readonly failures: number;
  /** Looks that found nothing in a row, up to {@link attempt}. */
  readonly quiet: number;
  /** The attempt that said so. @default the one before this one, as older versions have it, which all said it */
  readonly attempt?: number;
}

/**
 * What the looks before this attempt left. Each attempt since somebody last told of one was a quiet look: whatever else
 * there is, is told.
 */
export function watchProgress({ info }: Context, { checkpoint }: WatchRequest): WatchProgress {
  const before = info.attempt - 1;
  const told = (info.heartbeatDetails as { readonly watch?: WatchProgress } | undefined)?.watch;
  // The first attempt waits for the second: the load that came before the watch was the first look.
  const known = told ?? { failures: 0, quiet: 0, attempt: Math.min(1, before), checkpoint };
  return { ...known, quiet: known.quiet + before - (known.attempt ?? before), attempt: before };
}
