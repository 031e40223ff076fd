/** How long a request of an adapter may take to come in, in milliseconds. */
export const ARRIVAL_MS = 5_000;

/**
 * Waits for something that may never come.
 *
 * @param something is told by its signal when nobody waits for it any more
 * @returns whether it came
 */
export async function comes(
  something: (over: AbortSignal) => Promise<unknown>,
  within = ARRIVAL_MS,
): Promise<boolean> {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const clock = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, within, false)));
  return Promise.race([something(over.signal).then(() => true), clock]).finally(() => {
    clearTimeout(timer);
    over.abort();
  });
}
