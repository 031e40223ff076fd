import type { Client } from '@temporalio/client';
import { expect } from 'vitest';
import { eventually } from './eventually';
import { eventsOf } from './history';

/** As the server calls an activity that was asked to stop. */
const CANCEL_REQUESTED = 3;

/**
 * How many events a workflow has once it rests: no workflow task is due, and what is under way are that many
 * activities, none of which was asked to stop. A test that says that nothing more was written counts from there:
 * a watch looks as soon as it is asked for, while the workflow may still hear of others.
 */
export async function eventsAtRest(
  client: Client,
  workflowId: string,
  underWay: { readonly activities: number },
): Promise<number> {
  return eventually(async () => {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    const { pendingWorkflowTask, pendingActivities } = raw;
    expect(pendingWorkflowTask ?? undefined).toBeUndefined();
    expect(pendingActivities).toHaveLength(underWay.activities);
    expect(pendingActivities?.map(({ state }) => state)).not.toContain(CANCEL_REQUESTED);
    return (await eventsOf(client, workflowId)).length;
  });
}
