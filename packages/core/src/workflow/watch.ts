import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { WholeResult } from '../contract/load';
import { faultFrom, type LoadFault } from './load-fault';
import type { RefreshTimes } from './refresh';
import type { SourceActivities } from './source-activities';
import type { SourceState } from './source-state';

/** What a watch brought of one source: its load, or why it failed. */
export type Arrival = { readonly result: WholeResult } | { readonly fault: LoadFault };

/** A wait for news of several sources at once. */
export interface Watch {
  /** What has arrived, by source. */
  readonly arrivals: ReadonlyMap<string, Arrival>;
  /** Whether there is anything to take. */
  hasNews(): boolean;
  /** Ends the watch of every source that is still watched. @throws an error that is no fault of a source */
  stop(): void;
}

/** Begins to wait for news of several sources, without writing history while there is none. */
export function startWatch(
  activities: SourceActivities,
  sources: readonly SourceState[],
  times: RefreshTimes,
): Watch {
  const arrivals = new Map<string, Arrival>();
  const scope = new CancellationScope();
  let bug: Error | undefined;
  const watch = async (source: SourceState): Promise<void> => {
    const { name } = source;
    try {
      arrivals.set(name, { result: await activities.watch(source, times) });
    } catch (error) {
      if (!isCancellation(error)) arrivals.set(name, { fault: faultFrom(name, error) });
    }
  };
  scope
    .run(() => Promise.all(sources.map(watch)))
    .catch((error: Error) => {
      if (!isCancellation(error)) bug = error;
    });
  return {
    arrivals,
    hasNews: () => arrivals.size > 0 || !!bug,
    stop() {
      scope.cancel();
      if (bug) throw bug;
    },
  };
}
