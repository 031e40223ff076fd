import type { Client } from '@temporalio/client';
import type { LoadResult, WatchRequest } from '../../src/contract/load';
import { eventsOf, type HistoryEvent } from './history';

/** One `loadData` or `waitForChange` activity, as a history tells it. */
export interface SeenActivity {
  readonly type: string;
  readonly source: string;
  readonly request: WatchRequest;
  /** What it gave, and how many bytes of history that took; absent while it runs, and when it failed. */
  readonly result?: LoadResult;
  readonly bytes: number;
  /** When it was done: milliseconds. */
  readonly endedAt?: number;
}

interface Payloads {
  readonly payloads?: readonly { readonly data?: Uint8Array | null }[] | null;
}

const first = (payloads: Payloads | null | undefined): string | undefined => {
  const data = payloads?.payloads?.[0]?.data;
  return data == null ? undefined : Buffer.from(data).toString();
};

/** When something happened: milliseconds. */
export const timeOf = ({ eventTime }: HistoryEvent): number =>
  Number(eventTime?.seconds ?? 0) * 1_000 + (eventTime?.nanos ?? 0) / 1e6;

/** The loads and watches of a workflow, in the order in which they were scheduled. */
export async function activitiesOf(client: Client, workflowId: string): Promise<SeenActivity[]> {
  const events = await eventsOf(client, workflowId);
  return events.flatMap((event, i) => {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled == null) return [];
    // Ids begin anew in each run: the end is looked for in the same run only.
    const later = events.slice(i + 1);
    const next = later.findIndex((other) => other.workflowExecutionStartedEventAttributes != null);
    const ended = (next < 0 ? later : later.slice(0, next)).find(
      (other) =>
        String(other.activityTaskCompletedEventAttributes?.scheduledEventId) === String(event.eventId),
    );
    const text = first(ended?.activityTaskCompletedEventAttributes?.result);
    const request = JSON.parse(first(scheduled.input) ?? '{}') as WatchRequest;
    return {
      type: scheduled.activityType?.name ?? '',
      source: request.source,
      request,
      bytes: text?.length ?? 0,
      ...(text !== undefined && { result: JSON.parse(text) as LoadResult }),
      ...(ended && { endedAt: timeOf(ended) }),
    };
  });
}

/** How long the timers of a workflow were set, in milliseconds, in the order in which they were started. */
export async function timersOf(client: Client, workflowId: string): Promise<number[]> {
  const events = await eventsOf(client, workflowId);
  return events.flatMap((event) => {
    const timeout = event.timerStartedEventAttributes?.startToFireTimeout;
    if (timeout == null) return [];
    return Math.round(Number(timeout.seconds ?? 0) * 1_000 + (timeout.nanos ?? 0) / 1e6);
  });
}
