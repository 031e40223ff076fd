import { ActivityFailure, ApplicationFailure, proxyActivities } from '@temporalio/workflow';

const { writeBack } = proxyActivities<{ writeBack(reference: unknown, origin: unknown): Promise<unknown> }>({
  startToCloseTimeout: '1 minute',
  retry: { maximumAttempts: 1 },
});

/** Has an activity of the user's own write back, and tells what came of it. */
export async function WritingBackWorkflow(reference: unknown, origin: unknown): Promise<unknown> {
  try {
    return { result: await writeBack(reference, origin) };
  } catch (error) {
    if (!(error instanceof ActivityFailure && error.cause instanceof ApplicationFailure)) throw error;
    const { message, type, details } = error.cause;
    const causes: string[] = [];
    for (let cause: unknown = error.cause.cause; cause instanceof Error; cause = cause.cause)
      causes.push(cause.message);
    return { message, type, details, causes };
  }
}
