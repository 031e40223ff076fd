import type { AttemptContext } from './load-context';

/**
 * How often an attempt says that it is alive and how far it is, in milliseconds. A cancellation arrives with the answer.
 * Each time is a billable Action, so one that takes less says nothing, unless it fails: then the next goes on from there.
 */
const BEAT = 4_000;

/** Runs something while saying, now and then, that the attempt is alive, and at the end how far it is, if it fails. */
export async function beating<T>(context: AttemptContext, run: () => Promise<T>): Promise<T> {
  const beat = setInterval(() => context.beat(), BEAT);
  try {
    return await run();
  } catch (error) {
    context.tellProgress();
    throw error;
  } finally {
    clearInterval(beat);
  }
}
