import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Looks until something is so.
 *
 * @param what names it in the error
 * @throws Error when it is not so within `timeoutMs`
 */
export async function until(
  what: string,
  timeoutMs: number,
  isSo: () => boolean | Promise<boolean>,
  intervalMs = 10,
): Promise<void> {
  const started = performance.now();
  while (!(await isSo())) {
    if (performance.now() - started > timeoutMs) throw new Error(`Waited ${timeoutMs} ms for ${what}.`);
    await sleep(intervalMs);
  }
}
