import { workflowInfo } from '@temporalio/workflow';

/** How many events the workflow's history has, as of the workflow task that is running. */
export const historyLength = (): number => workflowInfo().historyLength;
