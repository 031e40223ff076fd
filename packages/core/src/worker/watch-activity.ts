import { ApplicationFailure, Context } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import type { DataSourceAdapter } from '../contract/adapter';
import { type LoadResult, UNCHANGED_TYPE, type WatchRequest } from '../contract/load';
import { beating } from './beating';
import { checkQuery } from './check-query';
import { attemptLimit, failureOf, faultOf, isPassing, outlasts, timedOut } from './faults';
import { type Harness, harnessOf } from './harness';
import { AttemptContext, watchProgress } from './load-context';
import { loadOnce } from './load-once';
import { measure } from './measure';
import { travelling } from './parts';

/** A `waitForChange` activity: completes with a load when there is news. */
export type WatchActivity = (request: WatchRequest) => Promise<LoadResult>;

/** The first pause after a look that failed; doubled with each failure in a row. Milliseconds. */
const FIRST_PAUSE = 1_000;

/**
 * Makes the `waitForChange` activity of an adapter. Each attempt is one look. One that finds nothing ends in
 * a benign failure that the server retries after the interval, which writes no history: a watch costs the
 * same however long it lasts.
 */
export function watchActivity(adapter: DataSourceAdapter, shared: Harness): WatchActivity {
  return async (request) => {
    const activity = Context.current();
    const harness = harnessOf(request.source, activity, shared);
    const started = Date.now();
    const watch = watchProgress(activity) ?? { failures: 0, quiet: 0, checkpoint: request.checkpoint };
    const since = { ...request, checkpoint: watch.checkpoint };
    const deadline = AbortSignal.timeout(attemptLimit(activity));
    const signal = AbortSignal.any([activity.cancellationSignal, deadline]);
    const context = new AttemptContext(activity, since, signal, harness.vault, adapter.name);
    try {
      const hints = await canHint(adapter, request);
      // The load that came before the watch was the first look.
      if (activity.info.attempt === 1 && !hints) throw nothingNew(request, watch.quiet);
      const found = await beating(context, async () => {
        // A look that had to wait goes on at once: its hint has come.
        if (hints && !context.hasProgress) {
          await context.putBack();
          await hinted(adapter, request, context);
        }
        return loadOnce(adapter, since, context, harness);
      });
      const { result } = found;
      measure(activity, adapter, request, result.outcome, started);
      if (result.outcome !== 'unchanged') return await travelling(found, harness, context.log);
      const quiet = watch.quiet + 1;
      context.endLook({ failures: 0, quiet, checkpoint: result.checkpoint ?? watch.checkpoint });
      throw nothingNew(request, hints ? undefined : quiet);
    } catch (error) {
      if (activity.cancellationSignal.aborted) throw activity.cancellationSignal.reason;
      if (error instanceof ApplicationFailure && error.type === UNCHANGED_TYPE) throw error;
      const fault = deadline.aborted ? timedOut(activity) : faultOf(adapter, error);
      measure(activity, adapter, request, fault.kind, started);
      const isTold = outlasts(fault, request.deadline);
      if (context.isHeldBack(fault) && !isTold)
        // It has not failed, and is not over: the next attempt goes on where this one stopped.
        throw failureOf(fault, request, adapter, context, {
          nonRetryable: false,
          nextRetryDelay: fault.retryAfterMs ?? FIRST_PAUSE,
        });
      const failures = watch.failures + 1;
      context.endLook({ ...watch, failures });
      throw failureOf(fault, request, adapter, context, {
        nonRetryable: isTold || !isPassing(fault) || failures >= (request.maximumAttempts ?? Infinity),
        nextRetryDelay: fault.retryAfterMs ?? FIRST_PAUSE * 2 ** (failures - 1),
      });
    }
  };
}

/**
 * The end of a look that found nothing.
 *
 * @param quiet how many looks in a row found nothing; `undefined` when the wait happens in the attempt itself
 */
function nothingNew(request: WatchRequest, quiet: number | undefined): ApplicationFailure {
  const { every, max = every, jitter } = request;
  const pause = quiet === undefined ? 1 : Math.min(every * 2 ** Math.min(quiet, 30), Math.max(max, every));
  return ApplicationFailure.create({
    type: UNCHANGED_TYPE,
    message:
      'Nothing new at the source; this is not an error. The server looks again without writing history.',
    category: ApplicationFailureCategory.BENIGN,
    nextRetryDelay: Math.max(1, Math.round(pause * (1 + jitter * (2 * Math.random() - 1)))),
  });
}

async function canHint(adapter: DataSourceAdapter, { query }: WatchRequest): Promise<boolean> {
  if (adapter.waitForHint === undefined || adapter.capabilities.watch !== true) return false;
  return adapter.hasHints?.(await checkQuery(adapter, query)) ?? true;
}

/** Waits for the adapter's hint, at most one interval. A wait that breaks leaves it to the interval. */
async function hinted(
  adapter: DataSourceAdapter,
  request: WatchRequest,
  context: AttemptContext,
): Promise<void> {
  const query = await checkQuery(adapter, request.query);
  const interval = AbortSignal.timeout(request.every);
  const signal = AbortSignal.any([context.signal, interval]);
  const ended = new Promise<void>((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  const hint = adapter.waitForHint?.(query, context.until(signal)).catch((error: unknown) => {
    if (!signal.aborted)
      context.log.warn('Waiting for a hint failed; looking at the interval instead', {
        error: String(error),
      });
    return ended;
  });
  await Promise.race([hint, ended]);
  context.signal.throwIfAborted();
}
