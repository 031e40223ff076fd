import type { AttemptContext } from './load-context';

/** How often an attempt says that it is alive, in milliseconds. A cancellation arrives with the answer. */
const BEAT = 2_000;

/** Runs something while saying, now and then, that the attempt is alive. */
export async function beating<T>(context: AttemptContext, run: () => Promise<T>): Promise<T> {
  const beat = setInterval(() => context.beat(), BEAT);
  try {
    return await run();
  } finally {
    clearInterval(beat);
  }
}
