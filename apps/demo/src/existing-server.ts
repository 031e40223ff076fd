import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';

const deadlineMs = 5_000;

/**
 * Refuses a server on which workflows of ours would meet workflows of somebody else under the same id.
 *
 * @throws Error that says how to end them
 */
export async function refuseTaken(client: Client, workflowIds: readonly string[]): Promise<void> {
  const list = workflowIds.map((id) => `'${id}'`).join(', ');
  const query = `WorkflowId IN (${list}) AND ExecutionStatus = 'Running'`;
  for await (const { workflowId } of client.workflow.list({ query })) {
    throw new Error(
      `The workflow ${workflowId} runs already on the server that TEMPORAL_ADDRESS names, and the demo would take it over. ` +
        `If it is left over from an earlier demo, end it: temporal workflow terminate --workflow-id ${workflowId}`,
    );
  }
}

/** Ends the workflows of a task queue, on a server that goes on without us. There may be thousands: the server does it. */
export async function terminateAll(client: Client, taskQueue: string): Promise<void> {
  const { namespace, identity } = client.options;
  await client.withDeadline(Date.now() + deadlineMs, () =>
    client.workflowService.startBatchOperation({
      namespace,
      visibilityQuery: `TaskQueue = '${taskQueue}' AND ExecutionStatus = 'Running'`,
      jobId: randomUUID(),
      reason: 'The demo has ended.',
      terminationOperation: { identity },
    }),
  );
}
