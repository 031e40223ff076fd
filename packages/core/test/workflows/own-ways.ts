import {
  CancellationScope,
  condition,
  defineSignal,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
} from '@temporalio/workflow';
import { defineWorkflow, type Loader } from '../../src/workflow';
import { Customer } from './customer';

interface Activities {
  fetchPlan(id: string): Promise<string>;
}
const once = { startToCloseTimeout: '10 seconds', retry: { maximumAttempts: 1 } } as const;
const { fetchPlan } = proxyActivities<Activities>(once);
const { fetchPlan: fetchPlanHere } = proxyLocalActivities<Activities>(once);

/** Loads in one of many ways, as the plan in its profile says. */
class OwnWays extends Customer {
  #released = false;

  override setup(): void {
    super.setup();
    setHandler(defineSignal('let go'), () => {
      this.#released = true;
    });
  }

  override async loadData(load: Loader): Promise<void> {
    await load.source('profile');
    const { plan } = this.data ?? {};
    const released = (): Promise<void> => condition(() => this.#released);
    if (plan === 'any') await Promise.any([fetchPlan(this.id), fetchPlanHere(this.id)]);
    if (plan === 'local') await fetchPlanHere(this.id);
    if (plan === 'wrapping')
      await fetchPlan(this.id).catch((cause: unknown) => {
        throw new Error('no plan to be had', { cause });
      });
    if (plan === 'all') await Promise.all([fetchPlan(this.id), load.source('contacts')]);
    if (plan === 'hasty') void load.source('contacts');
    if (plan === 'limited') await CancellationScope.withTimeout('200 ms', released);
    if (plan === 'deaf') await CancellationScope.nonCancellable(released);
    if (plan === 'swallowing') await released().catch(() => CancellationScope.nonCancellable(released));
    if (plan === 'rewording')
      await released().catch((cause: unknown) => {
        throw new Error('not released', { cause });
      });
    if (plan === 'forgetful')
      await released().catch(() => {
        throw new Error('not released');
      });
  }
}
export const OwnWaysWorkflow = defineWorkflow(OwnWays);

/** The same, in short runs. */
class BriefOwnWays extends OwnWays {
  override readonly maxHistoryEvents = 60;
}
export const BriefOwnWaysWorkflow = defineWorkflow(BriefOwnWays);
