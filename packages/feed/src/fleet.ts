import type { Client } from '@temporalio/client';
import type { Target } from './target';

/** Under this the memo of a workflow that a feed started names the feed's workflow. */
export const MEMO = 'fedBy';

/**
 * The entities whose workflows run and that a sweep of a feed may find gone, as far as visibility has heard of them.
 *
 * @param removes whose workflows they are: those that the feed started, or also those that no feed did
 */
export async function fleetOf(
  client: Client,
  { workflowType, prefix }: Target,
  feed: string,
  removes: 'started' | 'all',
): Promise<Set<string>> {
  const ids = new Set<string>();
  const query = `WorkflowType = '${workflowType}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId, memo } of client.workflow.list({ query, pageSize: 1_000 })) {
    const startedBy = memo?.[MEMO];
    const isOurs = startedBy === feed || (removes === 'all' && startedBy === undefined);
    if (isOurs && workflowId.startsWith(prefix)) ids.add(workflowId.slice(prefix.length));
  }
  return ids;
}
