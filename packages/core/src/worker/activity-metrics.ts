import type { Context } from '@temporalio/activity';
import type { LoadMetrics } from '../contract/adapter';
import type { Concealment } from '../credentials/concealment';

/** Counts and times of a load, by the activity's own meter. */
export function activityMetrics(
  activity: Context,
  concealment: Concealment,
  tags: Record<string, string>,
): LoadMetrics {
  const meter = activity.metricMeter;
  const named = (name: string): string => `stateful_workflow_${concealment.shortText(name)}`;
  // Each page of a load counts by the same few names.
  const counterOf = memoized((name) => meter.createCounter(named(name)));
  const histogramOf = memoized((name) => meter.createHistogram(named(name), 'int', 'ms'));
  return {
    count: (name, value = 1) => counterOf(name).add(value, tags),
    duration: (name, milliseconds) => histogramOf(name).record(Math.round(milliseconds), tags),
  };
}

function memoized<T>(make: (name: string) => T): (name: string) => T {
  const made = new Map<string, T>();
  return (name) => {
    const known = made.get(name) ?? make(name);
    made.set(name, known);
    return known;
  };
}
