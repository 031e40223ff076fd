import type { WorkflowHandle } from '@temporalio/client';
import { until } from './until';

/** How large a workflow's history is. */
export interface HistorySize {
  readonly runId: string;
  readonly events: number;
  readonly bytes: number;
}

/** The history of a workflow's current run, as the server counts it. */
export async function historySize(handle: WorkflowHandle): Promise<HistorySize> {
  const { runId, historyLength, raw } = await handle.describe();
  return { runId, events: historyLength, bytes: Number(raw.workflowExecutionInfo?.historySizeBytes ?? 0) };
}

/**
 * What a workflow's history grows by.
 *
 * @throws Error when the workflow continued as new meanwhile, which makes the sizes incomparable
 */
export function growth(before: HistorySize, after: HistorySize): { events: number; bytes: number } {
  if (before.runId !== after.runId)
    throw new Error('The workflow continued as new while its history was measured.');
  return { events: after.events - before.events, bytes: after.bytes - before.bytes };
}

/** Waits until a workflow has done that many cycles; it answers the query `cycles`, which costs no history. */
export async function cyclesDone(handle: WorkflowHandle, cycles: number): Promise<void> {
  await until(`cycle ${cycles} of ${handle.workflowId}`, 60_000, async () => {
    const done = await handle.query<number>('cycles');
    return done >= cycles;
  });
}
