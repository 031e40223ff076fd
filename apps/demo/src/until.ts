import { setTimeout as sleep } from 'node:timers/promises';

/** How long {@link until} looks, and how often. */
export interface UntilOptions {
  /** In milliseconds. @default 20000 */
  readonly within?: number;
  /** The pause between two looks, in milliseconds. @default 50 */
  readonly every?: number;
}

/**
 * Looks until there is something to see, for a bounded time. A look that fails is one that saw nothing: a
 * workflow whose worker is gone cannot answer a query, and answers again later.
 *
 * @param what what is waited for, as the end of a sentence: `c_1 has the new plan`
 * @param look gives what was waited for, or `undefined` or `false`
 * @throws Error when the time is over, with what was last in the way
 * @example
 * await until('c_1 is unauthorized', async () => (await customer.status()).status === 'unauthorized');
 */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  { within = 20_000, every = 50 }: UntilOptions = {},
): Promise<Exclude<T, undefined | false>> {
  const late = new AbortController();
  const deadline = sleep(within, undefined, { signal: late.signal }).then(() => 'late' as const);
  deadline.catch(() => undefined);
  let reason = '';
  try {
    for (;;) {
      // A look that hangs must not outlast the time either.
      const seen = await Promise.race([attempt(look), deadline]);
      if (seen === 'late') throw new Error(`Not within ${within / 1000} s: ${what}.${reason}`);
      if ('error' in seen) reason = ` The last look failed: ${seen.error}`;
      else if (seen.value !== undefined && seen.value !== false)
        return seen.value as Exclude<T, undefined | false>;
      await sleep(every);
    }
  } finally {
    late.abort();
  }
}

async function attempt<T>(look: () => T | Promise<T>): Promise<{ value: T } | { error: string }> {
  try {
    return { value: await look() };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
