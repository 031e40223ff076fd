import { Context } from '@temporalio/activity';
import type { DataSourceAdapter } from '../contract/adapter';
import type { LoadRequest, LoadResult } from '../contract/load';
import {
  attemptLimit,
  beating,
  failureOf,
  faultOf,
  type Harness,
  isPassing,
  look,
  measure,
  timedOut,
} from './harness';
import { AttemptContext } from './load-context';
import { heldPart, travelling } from './parts';

/** A `loadData` activity. */
export type LoadActivity = (request: LoadRequest) => Promise<LoadResult>;

/**
 * Makes the `loadData` activity of an adapter. What goes wrong becomes an `ApplicationFailure` whose type is
 * `fault.<kind>`; Temporal retries what may pass by itself.
 */
export function loadActivity(adapter: DataSourceAdapter, harness: Harness): LoadActivity {
  return async (request) => {
    const { part } = request;
    const { maxResultBytes, snapshots } = harness;
    if (part !== undefined) {
      const held = await heldPart(part.digest, part.index, maxResultBytes, snapshots);
      if (held !== undefined) return held;
    }
    const activity = Context.current();
    const deadline = AbortSignal.timeout(attemptLimit(activity));
    const signal = AbortSignal.any([activity.cancellationSignal, deadline]);
    const started = Date.now();
    let context: AttemptContext | undefined;
    try {
      const attempt = (context = new AttemptContext(
        activity,
        request,
        signal,
        harness.secrets,
        adapter.name,
      ));
      const result = await beating(attempt, () => look(adapter, request, attempt, harness));
      measure(activity, adapter, request, result.outcome, started);
      const sent = await travelling(result, maxResultBytes, snapshots);
      if (part === undefined || sent.outcome !== 'part' || sent.digest !== part.digest) return sent;
      // Another worker gave the first part; the source still gives the same.
      return (await heldPart(part.digest, part.index, maxResultBytes, snapshots)) ?? sent;
    } catch (error) {
      if (activity.cancellationSignal.aborted) throw activity.cancellationSignal.reason;
      const fault = deadline.aborted ? timedOut(activity) : faultOf(adapter, error);
      measure(activity, adapter, request, fault.kind, started);
      throw failureOf(fault, request, adapter, context, {
        nonRetryable: !isPassing(fault),
        nextRetryDelay: fault.retryAfterMs,
      });
    }
  };
}
