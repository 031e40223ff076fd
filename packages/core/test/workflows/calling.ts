import { proxyActivities } from '@temporalio/workflow';

/** No workflow of this project: it calls an activity by name. */
export async function CallingWorkflow(activity: string, args: readonly string[]): Promise<unknown> {
  const activities = proxyActivities<Record<string, (...args: readonly string[]) => Promise<unknown>>>({
    startToCloseTimeout: '5 seconds',
    retry: { maximumAttempts: 1 },
  });
  return activities[activity]?.(...args);
}
