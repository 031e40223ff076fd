import { condition } from '@temporalio/workflow';

/** Waits for something, but no longer than until `enough`. @throws what it throws, if that comes in time */
export async function settledOr(result: Promise<unknown>, enough: () => boolean): Promise<void> {
  let isSettled = false;
  const settled = result.finally(() => {
    isSettled = true;
  });
  // What it throws too late is nobody's business any more.
  settled.catch(() => {});
  await condition(() => isSettled || enough());
  if (isSettled) await settled;
}

/**
 * Waits until all that can go on in this moment has gone on: handlers that have what they wait for have ended. The
 * SDK looks at conditions when nothing else can run; the second look comes after what the first one let go.
 */
export async function allElse(): Promise<void> {
  for (let look = 0; look < 2; look++) {
    let isAsked = false;
    await condition(() => isAsked || !(isAsked = true));
  }
}
