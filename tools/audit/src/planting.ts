import { proxyActivities } from '@temporalio/workflow';

const { plant } = proxyActivities<{ plant(): Promise<void> }>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '10 seconds',
});

/** Runs the activity whose heartbeat the self-test plants a secret in. */
export async function PlantingWorkflow(): Promise<void> {
  await plant();
}
