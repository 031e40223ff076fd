import type { Client, WorkflowHandle } from '@temporalio/client';

type HistoryEvent = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];

/** What a parent's history says, over all its runs. */
export interface ParentHistory {
  readonly events: number;
  /** Runs: more than one if the parent continued as new. */
  readonly runs: number;
  /** When each child was started, in milliseconds. */
  readonly started: readonly number[];
  /** When each of the parent's own signals arrived, in milliseconds. */
  readonly delivered: readonly number[];
  /** When the parent was sent its last signal of each name, in milliseconds. */
  readonly signalled: ReadonlyMap<string, number>;
  /** Whether nothing is under way any more: no start, no signal, no workflow task. */
  readonly isSettled: boolean;
}

/** Reads the history of a parent. */
export async function parentHistory(client: Client, workflowId: string): Promise<ParentHistory> {
  const events: HistoryEvent[] = [];
  let runs = 0;
  let runId: string | undefined;
  do {
    const { events: run } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    events.unshift(...(run ?? []));
    runs++;
    runId = events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
  } while (runId !== undefined);
  return summary(events, runs);
}

function summary(events: readonly HistoryEvent[], runs: number): ParentHistory {
  const [started, delivered]: [number[], number[]] = [[], []];
  const signalled = new Map<string, number>();
  let underWay = 0;
  for (const event of events) {
    if (
      event.startChildWorkflowExecutionInitiatedEventAttributes ||
      event.signalExternalWorkflowExecutionInitiatedEventAttributes ||
      event.workflowTaskScheduledEventAttributes
    ) {
      underWay++;
    } else if (event.childWorkflowExecutionStartedEventAttributes) {
      underWay--;
      started.push(timeOf(event));
    } else if (event.externalWorkflowExecutionSignaledEventAttributes) {
      underWay--;
      delivered.push(timeOf(event));
    } else if (
      event.startChildWorkflowExecutionFailedEventAttributes ||
      event.signalExternalWorkflowExecutionFailedEventAttributes ||
      event.workflowTaskCompletedEventAttributes ||
      event.workflowTaskFailedEventAttributes ||
      event.workflowTaskTimedOutEventAttributes
    ) {
      underWay--;
    } else if (event.workflowExecutionSignaledEventAttributes) {
      signalled.set(String(event.workflowExecutionSignaledEventAttributes.signalName), timeOf(event));
    }
  }
  return { events: events.length, runs, started, delivered, signalled, isSettled: underWay === 0 };
}

function timeOf({ eventTime }: HistoryEvent): number {
  return Number(eventTime?.seconds ?? 0) * 1_000 + (eventTime?.nanos ?? 0) / 1_000_000;
}
