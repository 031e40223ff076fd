import { defineQuery, setHandler } from '@temporalio/workflow';
import { type Before, type ChangeSet, type Cycle, defineWorkflow } from '../../src/workflow';
import { Customer } from './customer';

/** What a hook saw of what was. */
export interface Recalled {
  readonly customer?: unknown;
  readonly k_1?: unknown;
  readonly k_2?: unknown;
}

/** Remembers what its hooks were told of what was before. */
class Recalling extends Customer {
  readonly executed: Recalled[] = [];
  readonly changed: Recalled[] = [];

  override setup(): void {
    super.setup();
    setHandler(defineQuery('recalled'), () => ({ executed: this.executed, changed: this.changed }));
  }

  override onChange(changes: ChangeSet, before: Before): void {
    super.onChange(changes);
    this.changed.push(this.#recall(before));
  }

  override async execute(cycle: Cycle): Promise<void> {
    await super.execute(cycle);
    this.executed.push(this.#recall(cycle.before));
  }

  #recall(before: Before): Recalled {
    return {
      customer: before('Customer', this.id),
      k_1: before('Contact', 'k_1'),
      k_2: before('Contact', 'k_2'),
    };
  }
}
export const RecallingWorkflow = defineWorkflow(Recalling);

/** The same, in short runs. */
class BriefRecalling extends Recalling {
  override readonly maxHistoryEvents = 60;
}
export const BriefRecallingWorkflow = defineWorkflow(BriefRecalling);
