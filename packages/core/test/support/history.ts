import type { Client } from '@temporalio/client';

/** A run's history, as Temporal's client gives it. */
export type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;
/** One event of a history. */
export type HistoryEvent = NonNullable<History['events']>[number];

/**
 * What is Temporal's own business: a task that fails because new events arrived while it tried to close the run,
 * one that does because more than a hundred did while it ran, and one to which a workflow was reset.
 */
const UNHANDLED_COMMAND = 1;
const RESET_WORKFLOW = 20;
const FORCE_CLOSE_COMMAND = 17;
const OWN_BUSINESS: readonly unknown[] = [UNHANDLED_COMMAND, RESET_WORKFLOW, FORCE_CLOSE_COMMAND];

/** The histories of every run of a workflow, oldest first. */
export async function historiesOf(client: Client, workflowId: string): Promise<History[]> {
  const histories: History[] = [];
  let runId: string | undefined;
  do {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    histories.unshift(history);
    const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
    runId = started?.continuedExecutionRunId || undefined;
  } while (runId !== undefined);
  return histories;
}

/** The events of every run of a workflow. */
export async function eventsOf(client: Client, workflowId: string): Promise<HistoryEvent[]> {
  return (await historiesOf(client, workflowId)).flatMap((history) => history.events ?? []);
}

/** Why workflow tasks failed; empty for a workflow that was never wedged. */
export function taskFailures(events: readonly HistoryEvent[]): string[] {
  return events
    .map((event) => event.workflowTaskFailedEventAttributes)
    .filter((failed) => failed != null && !OWN_BUSINESS.includes(failed.cause))
    .map((failed) => failed?.failure?.message ?? String(failed?.cause));
}

/** A whole history as text, payloads decoded, for tests that look for something that must not be there. */
export function textOf(events: readonly HistoryEvent[]): string {
  // The events' own JSON has bytes in base64.
  const plain: unknown = JSON.parse(JSON.stringify(events));
  return JSON.stringify(plain, (key, value: unknown) =>
    key === 'data' && typeof value === 'string' ? Buffer.from(value, 'base64').toString() : value,
  );
}
