import type { WorkflowExecutionDescription } from '@temporalio/client';
import { tsToDate } from '@temporalio/common/lib/time';
import { UNCHANGED_TYPE } from '../contract/load';
import type { SourceInfo } from '../contract/wire';

/** What the server knows of a watch that the workflow has not heard from yet. */
export interface PendingWatch {
  /** When the source was last looked at with success: ISO 8601. */
  readonly lastCheckedAt?: string;
  /** When it is looked at next: ISO 8601. Absent while a look is on. */
  readonly nextCheckAt?: string;
  /** Why the last look failed. */
  readonly failure?: string;
}

/**
 * The pending watches of a workflow, by source. A watch that finds nothing writes no history, so the
 * workflow itself cannot tell how it goes; the server can.
 */
export function pendingWatches({ raw }: WorkflowExecutionDescription): Map<string, PendingWatch> {
  const watches = new Map<string, PendingWatch>();
  for (const { activityId, activityType, attempt, ...activity } of raw.pendingActivities ?? []) {
    const source = /^watch-(.+)-\d+$/.exec(activityId ?? '')?.[1];
    if (source === undefined || activityType?.name?.endsWith('.waitForChange') !== true) continue;
    const { lastFailure, lastAttemptCompleteTime, nextAttemptScheduleTime } = activity;
    const quiet = lastFailure?.applicationFailureInfo?.type === UNCHANGED_TYPE;
    // The first attempt only waits; the attempt counted here is the one to come.
    const looked = quiet && (attempt ?? 0) > 2 && lastAttemptCompleteTime;
    watches.set(source, {
      ...(looked && { lastCheckedAt: tsToDate(looked).toISOString() }),
      ...(nextAttemptScheduleTime && { nextCheckAt: tsToDate(nextAttemptScheduleTime).toISOString() }),
      ...(lastFailure && !quiet && { failure: lastFailure.message ?? 'the last look failed' }),
    });
  }
  return watches;
}

/** What a workflow says of a source, with what the server knows besides. */
export function withWatch(
  info: SourceInfo,
  watch: PendingWatch | undefined,
): SourceInfo & { readonly watch?: PendingWatch } {
  if (watch === undefined) return info;
  const { lastCheckedAt = info.lastCheckedAt, nextCheckAt } = watch;
  return { ...info, ...(lastCheckedAt && { lastCheckedAt }), ...(nextCheckAt && { nextCheckAt }), watch };
}
