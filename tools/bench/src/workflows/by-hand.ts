import {
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  proxyActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import type { Ticket } from '../measure/records';
import type { ByHandActivities } from '../temporal/by-hand-activities';

/** What is started by hand. */
export interface ByHandInput {
  /** The source. */
  readonly key: string;
}

const { loadAll, loadIfChanged } = proxyActivities<ByHandActivities>({
  startToCloseTimeout: '1 minute',
  retry: { maximumAttempts: 4 },
});

/** The load cycle as a good engineer writes it by hand: an update loads, takes in what changed, and answers. */
export async function customerByHand({ key }: ByHandInput): Promise<void> {
  const tickets = new Map<string, Ticket>();
  let digest: string | undefined;
  let cycles = 0;
  const cycle = async (): Promise<{ outcome: string; changed: number; checkedAt: string }> => {
    const loaded = await loadIfChanged(key, digest);
    let changed = 0;
    if (!('unchanged' in loaded)) {
      ({ digest } = loaded);
      for (const ticket of loaded.records as Ticket[]) tickets.set(ticket.id, ticket);
      changed = loaded.records.length;
    }
    cycles++;
    return { outcome: changed > 0 ? 'changed' : 'unchanged', changed, checkedAt: new Date().toISOString() };
  };
  setHandler(defineUpdate('refresh'), cycle);
  setHandler(defineQuery('cycles'), () => cycles);
  setHandler(defineQuery('data'), () => ({ id: key, tickets: [...tickets.values()] }));
  await cycle();
  await condition(() => false);
}

/** A cycle per signal that gets everything from its activity each time, as most people write it. */
export async function reloadingByHand({ key }: ByHandInput): Promise<void> {
  let tickets: readonly unknown[] = [];
  let cycles = 0;
  let wanted = true;
  setHandler(defineSignal('refresh'), () => {
    wanted = true;
  });
  setHandler(defineQuery('cycles'), () => cycles);
  setHandler(defineQuery('data'), () => ({ id: key, tickets }));
  for (;;) {
    await condition(() => wanted);
    wanted = false;
    tickets = await loadAll(key);
    cycles++;
  }
}

/** Polls as it is done by hand: a timer and a load for each interval. */
export async function pollingByHand({ key, every }: ByHandInput & { every: number }): Promise<void> {
  let digest: string | undefined;
  let cycles = 0;
  setHandler(defineQuery('cycles'), () => cycles);
  for (;;) {
    const loaded = await loadIfChanged(key, digest);
    if (!('unchanged' in loaded)) ({ digest } = loaded);
    cycles++;
    await sleep(every);
  }
}

/** Polls as most people write it: everything travels each time. */
export async function pollingEverythingByHand({
  key,
  every,
}: ByHandInput & { every: number }): Promise<void> {
  let tickets: readonly unknown[] = [];
  let cycles = 0;
  setHandler(defineQuery('cycles'), () => cycles);
  setHandler(defineQuery('data'), () => ({ id: key, tickets }));
  for (;;) {
    tickets = await loadAll(key);
    cycles++;
    await sleep(every);
  }
}

const { waitForHint } = proxyActivities<ByHandActivities>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '10 seconds',
});

/** Waits for a hint as it is done by hand: an activity waits, and says that it is alive. */
export async function hintedByHand(): Promise<void> {
  await waitForHint();
}
