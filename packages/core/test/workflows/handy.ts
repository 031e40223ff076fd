import { ApplicationFailure, defineQuery, defineSignal, setHandler } from '@temporalio/workflow';
import {
  type ChangeSet,
  type Cycle,
  defineWorkflow,
  type Loader,
  type SourceOutcome,
} from '../../src/workflow';
import { Customer } from './customer';

/** Does by itself what its data says, as a user's class would. */
class Handy extends Customer {
  readonly outcomes: SourceOutcome[] = [];

  override setup(): void {
    super.setup();
    setHandler(defineQuery('outcomes'), () => this.outcomes);
    setHandler(defineQuery('about'), () => {
      const { id, entityName, status, apiUrl, apiToken, data, state } = this;
      return { id, entityName, status, apiUrl, apiToken, name: data?.name, held: Object.keys(state) };
    });
    setHandler(defineSignal<[string]>('rename'), (name) => {
      this.update({ entityName: 'Customer', data: { name } });
      this.requestCycle();
    });
  }

  /** One after the other, and the second only for those who pay. */
  override async loadData(load: Loader): Promise<void> {
    this.outcomes.push(await load.source('profile'));
    if (this.data?.plan === 'pro') this.outcomes.push(await load.source('contacts'));
  }

  override onChange(changes: ChangeSet): void {
    super.onChange(changes);
    if (this.data?.plan === 'unheard') throw ApplicationFailure.nonRetryable('cannot hear it', 'UNHEARD');
  }

  override async execute(cycle: Cycle): Promise<void> {
    await super.execute(cycle);
    const { plan } = this.data ?? {};
    if (plan === 'done') this.complete();
    if (plan === 'broken') throw ApplicationFailure.nonRetryable('cannot go on', 'BROKEN');
    if (plan === 'prune') {
      const { deleted } = this.delete({ entityName: 'Contact', deletions: { Contact: ['k_1', 'k_none'] } });
      this.update({ entityName: 'Customer', data: { plan: `pruned ${deleted}` } });
    }
  }
}
export const HandyWorkflow = defineWorkflow(Handy);
