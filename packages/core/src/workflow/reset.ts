import { inWorkflowContext, workflowInfo } from '@temporalio/workflow';
import { getActivator } from '@temporalio/workflow/lib/global-attributes';
import { has } from '../base/patches';

/** What the random numbers of a run are drawn from. */
interface Seed {
  readonly runId: string;
  readonly numbers: readonly number[];
}

/** What they are drawn from now; nothing outside of workflows. */
export function seedNow(): Seed | undefined {
  if (!inWorkflowContext()) return undefined;
  return { runId: workflowInfo().runId, numbers: getActivator().randomnessSeed };
}

/**
 * Looks whether the workflow was reset. Temporal has no public way to ask: the SDK draws random numbers from another seed
 * from then on, also on replay.
 *
 * @param defined the seed as the workflow was defined, before its first task: of a run that was reset to its beginning
 *   that is all there is to see
 * @param onReset is called once for each time, when what came since was taken in
 * @returns looks; to be called whenever something has happened
 */
export function watchForReset(defined: Seed | undefined, onReset: () => void): () => void {
  const first = seedNow();
  // Code that several workflows share was loaded by another one, or by none.
  let numbers = (defined?.runId === first?.runId ? defined : first)?.numbers;
  return () => {
    const { randomnessSeed } = getActivator();
    if (randomnessSeed === numbers) return;
    const wasReset = String(randomnessSeed) !== String(numbers);
    numbers = randomnessSeed;
    if (wasReset && has('resets')) onReset();
  };
}
