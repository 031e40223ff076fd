import { Context } from '@temporalio/activity';
import type { DataSourceAdapter } from '../contract/adapter';
import type { LoadRequest, LoadResult } from '../contract/load';
import { Concealment } from '../credentials/concealment';
import { beating } from './beating';
import { attemptLimit, failureOf, faultOf, isPassing, timedOut, workerLost } from './faults';
import { type Harness, harnessOf } from './harness';
import { AttemptContext, concealingLog, failuresBefore } from './load-context';
import { loadOnce } from './load-once';
import { measure } from './measure';
import { heldPart, travelling } from './parts';

/** A `loadData` activity. */
export type LoadActivity = (request: LoadRequest) => Promise<LoadResult>;

/**
 * Makes the `loadData` activity of an adapter. What goes wrong becomes an `ApplicationFailure` whose type is
 * `fault.<kind>`; Temporal retries what may pass by itself.
 */
export function loadActivity(adapter: DataSourceAdapter, shared: Harness): LoadActivity {
  return async (request) => {
    const activity = Context.current();
    const { part, maximumAttempts = Infinity } = request;
    const harness = harnessOf(request.source, activity, shared);
    const tags = { adapter: adapter.name, source: request.source };
    const held = part && (await heldPart(part, harness, concealingLog(activity, new Concealment(), tags)));
    if (held !== undefined) return held;
    // An attempt that ended with its worker could not say that it was the last.
    if (failuresBefore(activity) >= maximumAttempts)
      throw failureOf(workerLost(activity), request, adapter, undefined, { nonRetryable: true });
    const limit = activity.info.startToCloseTimeoutMs;
    const deadline = AbortSignal.timeout(attemptLimit(limit));
    const signal = AbortSignal.any([activity.cancellationSignal, deadline]);
    const started = Date.now();
    if (activity.info.attempt > 1) {
      activity.metricMeter.createCounter('stateful_workflow_load_retries').add(1, tags);
    }
    let context: AttemptContext | undefined;
    try {
      const attempt = (context = new AttemptContext(activity, request, signal, harness.vault, adapter.name));
      const found = await beating(attempt, () => loadOnce(adapter, request, attempt, harness));
      measure(activity, adapter, request, found.result.outcome, started);
      return await travelling(found, harness, attempt.log, part);
    } catch (error) {
      if (activity.cancellationSignal.aborted) throw activity.cancellationSignal.reason;
      const fault = deadline.aborted ? timedOut(limit) : faultOf(adapter, error);
      measure(activity, adapter, request, fault.kind, started);
      const isHeldBack = context?.isHeldBack(fault) ?? false;
      if (isHeldBack) context?.countWait();
      const isLast = !isHeldBack && failuresBefore(activity) + 1 >= maximumAttempts;
      throw failureOf(fault, request, adapter, context, {
        // A wait beyond the deadline ends the load at once: the server does not wait for it.
        nonRetryable: !isPassing(fault) || isLast,
        nextRetryDelay: fault.retryAfterMs,
      });
    }
  };
}
