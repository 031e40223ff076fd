import { condition } from '@temporalio/workflow';

/** A workflow with nothing but Temporal in its bundle. */
export async function bare(): Promise<void> {
  await condition(() => false);
}
