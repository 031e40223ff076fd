import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { TokenInfo } from '@stateful-workflow/core';
import { StatefulHandle } from '@stateful-workflow/core/client';
import { concernsAll, faultKindOf, safeToken } from 'stateful-workflow/internal';
import type { Detail, Said } from '../api/types';
import { reasonOf } from '../fleet/reason';
import type { Glance } from '../fleet/glance';

/** How long an answer may take, in milliseconds. */
const TIMEOUT_MS = 10_000;

/**
 * Reads all that a workflow says of itself.
 *
 * @param glance how it is at a glance: one that does not answer is not asked
 * @throws what would be the same with any other workflow, such as a server that is gone
 */
export async function readDetail(
  client: Client,
  description: WorkflowExecutionDescription,
  { row, answer }: Glance,
): Promise<Detail> {
  const { runId, taskQueue, workflowId } = description;
  const { id, type, startedAt, closedAt, status, reason, events = 0, bytes = 0 } = row;
  const outside: Detail = {
    ...{ id, type, runId, taskQueue, startedAt, status, events, bytes },
    ...(closedAt && { closedAt }),
    ...(reason && { reason }),
  };
  if (answer === undefined && closedAt === undefined) return outside;
  try {
    const said = await ask(client, workflowId);
    const why = closedAt === undefined ? reasonOf(said.report.sources, said.report.problem) : reason;
    return { ...outside, ...(why && { reason: why }), said };
  } catch (error) {
    if (concernsAll(error)) throw error;
    // It has ended, and no worker is left who could tell what it held; or it stopped answering just now.
    return outside;
  }
}

async function ask(client: Client, workflowId: string): Promise<Said> {
  const handle = new StatefulHandle(client, workflowId);
  const inTime = <T>(call: () => Promise<T>): Promise<T> =>
    client.withDeadline(Date.now() + TIMEOUT_MS, call);
  /** Workers of an earlier version know fewer queries. */
  const ifKnown = async <T>(call: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await inTime(call);
    } catch (error) {
      if (faultKindOf(error) === 'not-stateful') return otherwise;
      throw error;
    }
  };
  // One after the other: the server turns a second question to a busy workflow away.
  const report = await inTime(() => handle.status());
  const state = await inTime(() => handle.state());
  const entityId = await inTime(() => handle.temporal.query<string>('id'));
  const entityName = await inTime(() => handle.temporal.query<string>('entityName'));
  const ancestors = await ifKnown(() => handle.ancestors(), []);
  const children = await ifKnown(() => handle.children(), []);
  const managedPaths = await ifKnown(() => handle.managedPaths(), {});
  const subscriptions = await ifKnown(() => handle.subscriptions(), []);
  const rejected = await ifKnown(() => handle.rejectedSignals(), { count: 0, recent: [] });
  const token = safeToken(await ifKnown<TokenInfo | null>(() => handle.apiToken(), null));
  const apiUrl = await ifKnown(() => handle.apiUrl(), null);
  return {
    ...{ entityName, entityId, report, state, ancestors, children, managedPaths, subscriptions, rejected },
    ...(token && { token }),
    ...(apiUrl !== null && { apiUrl }),
  };
}
