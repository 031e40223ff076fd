import type { Client } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '@stateful-workflow/core';
import { UsageError } from '../errors';
import type { NodeStatus } from '../tree/tree-node';
import { eachInParallel } from '../tree/in-parallel';
import { NOT_STATEFUL, WorkflowReader } from '../tree/read-workflow';
import { counted, type FleetFlags, listed, quoted, runningQuery } from './running';

/** A workflow that runs, and what it is doing. */
export interface Listed {
  readonly workflowId: string;
  readonly workflowType: string;
  readonly status: NodeStatus;
  /** The name of its root entity, where the server lists it. */
  readonly entityName?: string;
  /** What is wrong with the workflow itself, on one line. */
  readonly error?: string;
}

/** What is listed, and how. */
export interface ListOptions extends FleetFlags {
  /** Only those that are doing this. @default all */
  readonly status?: string;
  /** How long an answer may take, in milliseconds. */
  readonly timeout: number;
  /** Hears of each workflow that is listed. */
  readonly onFound: (workflow: Listed) => void;
  /** Is told how many workflows had to be asked. */
  readonly onProgress: (asked: number) => void;
}

/** How many answers are waited for at a time. */
const AT_A_TIME = 8;
/** What no workflow says of itself, only the server: a workflow with search attributes may be it as well. */
const UNSAID: ReadonlySet<string> = new Set<NodeStatus>(['failing', 'silent']);

/**
 * Lists running workflows by status: those with search attributes as the server has them, and all others by asking each.
 *
 * @throws UsageError when the server cannot understand the query
 */
export async function listByStatus(client: Client, options: ListOptions): Promise<void> {
  const { status, onFound, timeout, onProgress, ...fleet } = options;
  const { status: attribute, entity } = SEARCH_ATTRIBUTES;
  const running = runningQuery(fleet);
  const isIndexed = !UNSAID.has(status ?? '') && (await knowsAttributes(client));
  if (isIndexed) {
    const wanted =
      status === undefined ? `${attribute.name} IS NOT NULL` : `${attribute.name} = ${quoted(status)}`;
    for await (const { workflowId, type, typedSearchAttributes } of listed(
      client,
      `${running} AND ${wanted}`,
    )) {
      const entityName = typedSearchAttributes.get(entity);
      onFound({
        workflowId,
        workflowType: type,
        status: (typedSearchAttributes.get(attribute) ?? 'unknown') as NodeStatus,
        ...(entityName !== undefined && { entityName }),
      });
    }
  }
  const others = isIndexed ? `${running} AND ${attribute.name} IS NULL` : running;
  const reader = new WorkflowReader(client, timeout);
  let asked = 0;
  await eachInParallel(listed(client, others), AT_A_TIME, async ({ workflowId, type }) => {
    const { status: found, error, closedAt } = await reader.readStatus(workflowId);
    onProgress((asked += 1));
    // It has ended since it was listed.
    if (found === undefined || closedAt !== undefined) return;
    // Without a filter, what is no Stateful Workflow is none of this list's business.
    if (status === undefined ? error !== NOT_STATEFUL : found === status)
      onFound({ workflowId, workflowType: type, status: found, ...(error && { error }) });
  });
}

/** Whether the server knows the search attributes: where it does not, a query that names them is refused. */
async function knowsAttributes(client: Client): Promise<boolean> {
  try {
    await counted(client, `${SEARCH_ATTRIBUTES.status.name} = 'running'`);
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}
