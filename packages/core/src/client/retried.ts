import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common';
import { isGrpcServiceError, ServiceError, WorkflowUpdateFailedError } from '@temporalio/client';

/** gRPC's FAILED_PRECONDITION. */
const FAILED_PRECONDITION = 9;
const MOST_ATTEMPTS = 12;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Sends an update, and again where the server guarantees that nothing of it was applied. It does when the workflow
 * task that the update came in was thrown away: so the server has it at the moment of continue-as-new, when something
 * else has come meanwhile. What comes of the others of a task that was thrown away, Temporal sees to itself.
 *
 * @param send sends it under an id, by which the server knows again what it has got already
 * @param isRunning whether the workflow runs: the run that was asked may have closed, and another gone on
 */
export async function retried<T>(
  send: (updateId: string) => Promise<T>,
  isRunning: () => Promise<boolean> = () => Promise.resolve(false),
): Promise<T> {
  const updateId = randomUUID();
  for (let attempt = 1; ; attempt++) {
    try {
      return await send(updateId);
    } catch (error) {
      if (attempt >= MOST_ATTEMPTS) throw error;
      if (!wasThrownAway(error) && !(cameTooLate(error) && (await isRunning()))) throw error;
    }
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
    await delay(pause * (0.5 + Math.random() / 2));
  }
}

/** Whether the server turned an update away, together with the workflow task that it was in. */
export function wasThrownAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // Of one that was sent together with a start, the client gives no more than the server's words.
  if (/unexpected workflow task failure/.test(error.message)) return true;
  return (
    error instanceof ServiceError &&
    isGrpcServiceError(error.cause) &&
    Number(error.cause.code) === FAILED_PRECONDITION
  );
}

/** Whether an update came to a run that had closed, which takes nothing. */
const cameTooLate = (error: unknown): boolean =>
  error instanceof WorkflowNotFoundError && /already completed/.test(error.message);

/** Whether a run ended before the load that an update waited for: the next run has what the update changed. */
export function wasLeft(error: unknown): boolean {
  return (
    error instanceof WorkflowUpdateFailedError &&
    error.cause instanceof ApplicationFailure &&
    (error.cause.type === 'WORKFLOW_CONTINUED' || error.cause.type === 'AcceptedUpdateCompletedWorkflow')
  );
}
