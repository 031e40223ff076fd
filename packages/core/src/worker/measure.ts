import type { Context } from '@temporalio/activity';
import type { DataSourceAdapter } from '../contract/adapter';
import type { LoadRequest } from '../contract/load';

/** Counts an attempt and how long it took. */
export function measure(
  activity: Context,
  adapter: DataSourceAdapter,
  request: LoadRequest,
  outcome: string,
  started: number,
): void {
  const tags = { adapter: adapter.name, source: request.source, outcome };
  activity.metricMeter.createCounter('stateful_workflow_loads').add(1, tags);
  activity.metricMeter
    .createHistogram('stateful_workflow_load_duration', 'int', 'ms')
    .record(Date.now() - started, tags);
}
