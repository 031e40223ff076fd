import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { WholeResult } from '../contract/load';
import { faultFrom, type LoadFault } from './load-fault';
import type { RefreshTimes } from './refresh';
import type { SourceActivities } from './source-activities';
import type { SourceState } from './source-state';

/** What a watch brought of one source: its load, or why it failed. */
export type Arrival = { readonly result: WholeResult } | { readonly fault: LoadFault };

/** Waits for news of several sources at once, at no cost in history while there is none. */
export class Watch {
  /** What has arrived, by source. */
  readonly arrivals = new Map<string, Arrival>();
  readonly #scope = new CancellationScope();
  /** An error that is no fault of a source. */
  #error: Error | undefined;

  constructor(activities: SourceActivities, sources: readonly SourceState[], times: RefreshTimes) {
    const watchAll = (): Promise<unknown> =>
      Promise.all(
        sources.map(async (source) => {
          try {
            this.arrivals.set(source.name, { result: await activities.watch(source, times) });
          } catch (error) {
            if (!isCancellation(error))
              this.arrivals.set(source.name, { fault: faultFrom(source.name, error) });
          }
        }),
      );
    this.#scope.run(watchAll).catch((error: unknown) => {
      if (!isCancellation(error)) this.#error = error instanceof Error ? error : new Error(String(error));
    });
  }

  /** Whether there is anything to take. */
  get hasNews(): boolean {
    return this.arrivals.size > 0 || this.#error !== undefined;
  }

  /** Ends the watch of every source that is still watched. */
  stop(): void {
    this.#scope.cancel();
    if (this.#error !== undefined) throw this.#error;
  }
}
