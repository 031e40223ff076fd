import { CompleteAsyncError, Context } from '@temporalio/activity';
import type { DataSourceAdapter, LoadContext } from '../contract/adapter';
import type { LoadResult, WatchRequest } from '../contract/load';
import { beating } from './beating';
import { checkQuery, givesHints } from './check-query';
import { attemptLimit, failureOf, faultOf, isPassing, outlasts, timedOut } from './faults';
import { type Harness, harnessOf } from './harness';
import type { HintHub } from './hint-hub';
import { AttemptContext } from './load-context';
import { loadOnce } from './load-once';
import { measure } from './measure';
import { nothingNew } from './nothing-new';
import { travelling } from './parts';
import { watchProgress } from './watch-progress';

/** A `waitForChange` activity: completes with a load when there is news. */
export type WatchActivity = (request: WatchRequest) => Promise<LoadResult>;

/** The first pause after a look that failed; doubled with each failure in a row. Milliseconds. */
const FIRST_PAUSE = 1_000;

/**
 * Makes the `waitForChange` activity of an adapter. Each attempt is one look. One that finds nothing ends in
 * a benign failure that the server retries after the interval, which writes no history: a watch costs one Action a look,
 * and the same history however long it lasts.
 *
 * Of a source that gives hints, the attempt waits for one in the hub after its look.
 */
export function watchActivity(adapter: DataSourceAdapter, shared: Harness, hub: HintHub): WatchActivity {
  return async (request) => {
    const activity = Context.current();
    const harness = harnessOf(request.source, activity, shared);
    const started = Date.now();
    const watch = watchProgress(activity, request);
    const { attempt } = activity.info;
    const since = { ...request, checkpoint: watch.checkpoint };
    const limit = activity.info.startToCloseTimeoutMs - request.every;
    const deadline = AbortSignal.timeout(attemptLimit(limit));
    const signal = AbortSignal.any([activity.cancellationSignal, deadline]);
    const context = new AttemptContext(activity, since, signal, harness.vault, adapter.name);
    let { quiet } = watch;
    try {
      const hint = await hintOf(adapter, request);
      let isOn = hint !== undefined;
      // The load that came before the watch was the first look.
      if (attempt > 1) {
        const found = await beating(context, () => loadOnce(adapter, since, context, harness));
        const { result } = found;
        measure(activity, adapter, request, result.outcome, started);
        if (result.outcome !== 'unchanged') return await travelling(found, harness, context.log);
        quiet += 1;
        // An attempt that the server is told nothing of counts as a quiet look.
        if (result.checkpoint !== undefined || watch.failures > 0 || context.hasToldProgress) {
          const { checkpoint = watch.checkpoint } = result;
          context.endLook({ failures: 0, quiet, attempt, checkpoint });
          // Where this attempt ends without a word, what it said last might not be heard.
          if (isOn) isOn = await context.beatNow();
          else context.beat();
        }
      } else if (isOn) await context.putBack();
      if (hint && isOn && waits(hub, activity, request, context, hint)) throw new CompleteAsyncError();
    } catch (error) {
      if (error instanceof CompleteAsyncError) throw error;
      if (activity.cancellationSignal.aborted) throw activity.cancellationSignal.reason;
      const fault = deadline.aborted ? timedOut(limit) : faultOf(adapter, error);
      measure(activity, adapter, request, fault.kind, started);
      const isTold = outlasts(fault, request.deadline);
      if (context.isHeldBack(fault) && !isTold) {
        // It has not failed, and is not over: the next attempt goes on where this one stopped.
        context.watch = { ...watch, attempt };
        context.beat();
        throw failureOf(fault, request, adapter, context, {
          nonRetryable: false,
          nextRetryDelay: fault.retryAfterMs ?? FIRST_PAUSE,
        });
      }
      const failures = watch.failures + 1;
      context.endLook({ ...watch, failures, attempt });
      context.beat();
      throw failureOf(fault, request, adapter, context, {
        nonRetryable: isTold || !isPassing(fault) || failures >= (request.maximumAttempts ?? Infinity),
        nextRetryDelay: fault.retryAfterMs ?? FIRST_PAUSE * 2 ** (failures - 1),
      });
    }
    throw nothingNew(pauseAfter(quiet, request));
  };
}

/** How long until the next look, after some in a row that found nothing; jittered, milliseconds. */
function pauseAfter(quiet: number, { every, max = every, jitter }: WatchRequest): number {
  const pause = Math.min(every * 2 ** Math.min(quiet, 30), Math.max(max, every));
  return pause * (1 + jitter * (2 * Math.random() - 1));
}

/** What waits for a hint; nothing where the source gives none. */
async function hintOf(adapter: DataSourceAdapter, request: WatchRequest): Promise<Hint | undefined> {
  if (adapter.waitForHint === undefined) return undefined;
  const query = await checkQuery(adapter, request.query);
  return givesHints(adapter, query) ? async (context) => adapter.waitForHint?.(query, context) : undefined;
}

type Hint = (context: LoadContext) => Promise<void>;

/** Has the hub wait for a hint. @returns whether it does */
function waits(
  hub: HintHub,
  activity: Context,
  request: WatchRequest,
  context: AttemptContext,
  hint: Hint,
): boolean {
  const { heartbeatTimeoutMs, taskToken } = activity.info;
  // A workflow that does not know of the hints yet asks for heartbeats: its watch looks at the interval until it has news.
  if (heartbeatTimeoutMs) return false;
  return hub.take({
    source: context.caller,
    taskToken,
    client: activity.client,
    every: request.every,
    hint: (signal) => hint(context.until(signal)),
    log: context.log,
  });
}
