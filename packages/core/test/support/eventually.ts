import { expect, vi } from 'vitest';

/** Asks again until the assertions hold, or fails with the last error. Bounded; for what no event announces. */
export function eventually<T>(look: () => T | Promise<T>, timeout = 45_000): Promise<T> {
  return vi.waitFor(look, { timeout, interval: 100 });
}

/** Asks again until the answer is the expected one. */
export async function eventuallyEqual<T>(ask: () => Promise<T>, expected: unknown): Promise<void> {
  await eventually(async () => expect(await ask()).toEqual(expected));
}
