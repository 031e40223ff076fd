import { condition, defineQuery, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';
import type { ByHandActivities } from '../temporal/by-hand-activities';
import type { ByHandInput } from './by-hand';

const { loadAll } = proxyActivities<ByHandActivities>({
  startToCloseTimeout: '1 minute',
  retry: { maximumAttempts: 4 },
});

/** A workflow that has loaded its data, holds it and waits: what the heap of an idle one is compared with. */
export async function idleByHand({ key }: ByHandInput): Promise<void> {
  const state: { tickets: readonly unknown[] } = { tickets: [] };
  let wanted = true;
  setHandler(defineSignal('refresh'), () => {
    wanted = true;
  });
  setHandler(defineQuery('data'), () => state);
  for (;;) {
    await condition(() => wanted);
    wanted = false;
    state.tickets = await loadAll(key);
  }
}
