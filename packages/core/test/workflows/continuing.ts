import { condition, defineQuery, defineSignal, setHandler } from '@temporalio/workflow';
import { defineWorkflow, StatefulWorkflow } from '../../src/workflow';
import { Customer } from './customer';
import { type CustomerData, schema } from './sources';

/** Continues as new after a few cycles. */
class Burst extends Customer {
  override readonly maxHistoryEvents = 60;
}
export const BurstWorkflow = defineWorkflow(Burst);

/** Waits for a signal before it continues as new. */
class Hesitating extends Customer {
  // Far from twice of it, where the run would end without whoever waits, also when the test is slow to ask.
  override readonly maxHistoryEvents = 100;

  #hesitates = false;
  #released = false;

  override setup(): void {
    super.setup();
    setHandler(defineQuery('hesitates'), () => this.#hesitates);
    setHandler(defineSignal('release'), () => {
      this.#released = true;
    });
  }

  override async onContinue(): Promise<void> {
    this.#hesitates = true;
    await condition(() => this.#released);
  }
}
export const HesitatingWorkflow = defineWorkflow(Hesitating);

/** Holds only what it is told, and continues as new at once. */
class Restless extends StatefulWorkflow<CustomerData> {
  override readonly schema = schema;
  override readonly maxHistoryEvents = 10;
}
export const RestlessWorkflow = defineWorkflow(Restless);

/** May hold less than it is told. */
class Large extends StatefulWorkflow<CustomerData> {
  override readonly schema = schema;
  override readonly maxHistoryEvents = 30;
  override readonly maxStateBytes = 10_000;
}
export const LargeWorkflow = defineWorkflow(Large);
