import { CliError } from '../errors';
import { workflowMissing } from '../explain';
import { plainText } from '../render/plain-text';
import { describeExecution } from '../temporal/execution';
import type { CommandContext } from './context';

/**
 * Makes sure that a workflow runs before it is asked for something: the server takes a cancellation of what has
 * ended without a word, and of other requests it says only that there is no such workflow.
 *
 * @param what it is to do, as a verb
 * @throws CliError when it does not run
 */
export async function requireRunning(
  { session }: CommandContext,
  workflowId: string,
  what: string,
): Promise<void> {
  const execution = await describeExecution(session.client, workflowId);
  if (execution === undefined) throw workflowMissing(workflowId, session);
  if (execution.closed === undefined) return;
  throw new CliError(
    `${plainText(workflowId)} has ended (${execution.closed.status}), so there is nothing to ${what}. Start it again if it should run.`,
  );
}
