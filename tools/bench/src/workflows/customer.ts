import { defineQuery, setHandler } from '@temporalio/workflow';
import {
  defineSchema,
  defineSource,
  defineWorkflow,
  many,
  StatefulWorkflow,
} from '@stateful-workflow/core/workflow';
import type { Ticket } from '../measure/records';
import type { MemoryQuery } from '../temporal/memory-adapter';

export interface CustomerData {
  readonly id: string;
  readonly tickets?: readonly Ticket[];
}

const schema = defineSchema({ Customer: { relations: { tickets: many('Ticket') } }, Ticket: {} });

/** A customer whose tickets are loaded from memory; it does what it is told to. */
export class Customer extends StatefulWorkflow<CustomerData> {
  override readonly schema = schema;
  override readonly sources = {
    tickets: defineSource<MemoryQuery>(
      { adapter: 'memory', package: '@stateful-workflow/bench' },
      { key: 'tickets' },
    ),
  };
  cycles = 0;

  override setup(): void {
    setHandler(defineQuery('cycles'), () => this.cycles);
  }

  override async execute(): Promise<void> {
    this.cycles++;
  }
}
export const CustomerWorkflow = defineWorkflow(Customer);
