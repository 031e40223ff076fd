import { setTimeout } from 'node:timers/promises';

/** Asks again until something holds. @throws Error when it does not within a minute and a half */
export async function until(what: string, look: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 90_000;
  for (;;) {
    try {
      if (await look()) return;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    if (Date.now() > end) throw new Error(`It did not come to pass: ${what}.`);
    await setTimeout(100);
  }
}
