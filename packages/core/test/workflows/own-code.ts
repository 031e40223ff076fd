import {
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  isCancellation,
  proxyActivities,
  setDefaultSignalHandler,
  setHandler,
} from '@temporalio/workflow';
import {
  type ChangeSet,
  type Cycle,
  defineWorkflow,
  type Loader,
  StatefulWorkflow,
} from '../../src/workflow';
import { Customer } from './customer';
import { Ticket } from './hierarchy';
import { type CustomerData, schema } from './sources';

const { fetchPlan } = proxyActivities<{ fetchPlan(id: string): Promise<string> }>({
  startToCloseTimeout: '10 seconds',
  retry: { maximumAttempts: 1 },
});

/** Loads by itself, with an activity of its own and no source at all. */
class SelfLoading extends StatefulWorkflow<CustomerData> {
  override readonly schema = schema;
  executions = 0;

  override setup(): void {
    setHandler(defineQuery('executions'), () => this.executions);
  }

  override async loadData(): Promise<void> {
    const plan = await fetchPlan(this.id);
    this.update({ entityName: 'Customer', data: { plan } });
  }

  override async execute(): Promise<void> {
    this.executions++;
  }
}
export const SelfLoadingWorkflow = defineWorkflow(SelfLoading);

/** The same, in short runs. */
class RollingSelfLoading extends SelfLoading {
  override readonly maxHistoryEvents = 40;
}
export const RollingSelfLoadingWorkflow = defineWorkflow(RollingSelfLoading);

/** Loads sources, and something of its own for those who pay. */
class HalfSelfLoading extends Customer {
  override async loadData(load: Loader): Promise<void> {
    await load.all();
    if (this.data?.plan === 'free') return;
    this.update({ entityName: 'Customer', data: { plan: await fetchPlan(this.id) } });
  }
}
export const HalfSelfLoadingWorkflow = defineWorkflow(HalfSelfLoading);

/** Waits in `execute()` for a person, and says how that ended. */
class Approval extends Customer {
  override readonly maxHistoryEvents: number = 10_000;
  readonly ends: string[] = [];
  #approved = 0;

  override setup(): void {
    super.setup();
    setHandler(defineQuery('ends'), () => this.ends);
    setHandler(defineSignal('approve'), () => {
      this.#approved++;
    });
  }

  override async execute(cycle: Cycle): Promise<void> {
    await super.execute(cycle);
    const { plan } = this.data ?? {};
    if (plan === 'completing') this.complete();
    const enough = this.#approved + 1;
    try {
      await (plan === 'deaf'
        ? CancellationScope.nonCancellable(() => condition(() => false))
        : condition(() => this.#approved >= enough));
      this.ends.push('approved');
      if (plan === 'completing') this.update({ entityName: 'Customer', data: { plan: 'approved' } });
    } catch (error) {
      this.ends.push(isCancellation(error) ? 'cancelled' : 'failed');
      throw error;
    }
  }
}
export const ApprovalWorkflow = defineWorkflow(Approval);

/** The same, in short runs. */
class RollingApproval extends Approval {
  override readonly maxHistoryEvents = 60;
}
export const RollingApprovalWorkflow = defineWorkflow(RollingApproval);

/** A ticket that waits for a person. */
class ApprovalTicket extends Ticket {
  override async execute(): Promise<void> {
    await condition(() => false);
  }
}
export const ApprovalTicketWorkflow = defineWorkflow(ApprovalTicket);

/** Writes where it must not, as its data says. */
class Scribbling extends Customer {
  override async execute(cycle: Cycle): Promise<void> {
    await super.execute(cycle);
    const data = this.data as unknown as { name: string; plan?: string; contacts: { name: string }[] };
    const { plan } = data;
    if (plan === 'data') data.name = 'scribbled';
    if (plan === 'list') data.contacts.push({ name: 'scribbled' });
    if (plan === 'item') (data.contacts[0] as { name: string }).name = 'scribbled';
    if (plan === 'state') delete (this.state as Record<string, unknown>)['Contact'];
    const upserts = cycle.changes.upserts as Record<string, Record<string, Record<string, unknown>>>;
    if (plan === 'changes') upserts['Customer'] = {};
  }

  override onChange(changes: ChangeSet): void {
    if (this.data?.plan === 'onChange') Object.assign(changes.upserts, { Contact: {} });
  }
}
export const ScribblingWorkflow = defineWorkflow(Scribbling);

/** Gives what it goes on to use itself, and takes every signal there is. */
class Keeping extends StatefulWorkflow<CustomerData> {
  override readonly schema = schema;
  readonly #tags = ['first'];
  readonly #taken: string[] = [];

  override setup(): void {
    setHandler(defineQuery('taken'), () => this.#taken);
    setDefaultSignalHandler((name) => {
      this.#taken.push(name);
      this.update({ entityName: 'Customer', data: { tags: this.#tags, seen: new Date(0) } });
      this.#tags.push('second');
    });
  }
}
export const KeepingWorkflow = defineWorkflow(Keeping);

/** Fails with what it calls. */
class FailingCall extends Customer {
  override async execute(): Promise<void> {
    await fetchPlan(this.id);
  }
}
export const FailingCallWorkflow = defineWorkflow(FailingCall);
