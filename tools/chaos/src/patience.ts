import { setTimeout as sleep } from 'node:timers/promises';

/** Tries again until it succeeds, for what is only down for a while. @throws the last error after three minutes */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const end = Date.now() + 180_000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(200);
    }
  }
}
