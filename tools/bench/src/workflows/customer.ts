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

interface CustomerData {
  readonly id: string;
  readonly tickets?: readonly Ticket[];
}

const schema = defineSchema({ Customer: { relations: { tickets: many('Ticket') } }, Ticket: {} });

/** A customer whose tickets are loaded from memory; it does what it is told to. */
class Customer extends StatefulWorkflow<CustomerData> {
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

/** One that watches its source. */
class WatchingCustomer extends Customer {
  override readonly refresh = { every: '1 second', watch: true } as const;
}
export const WatchingCustomerWorkflow = defineWorkflow(WatchingCustomer);

/** One that loads at an interval. */
class PollingCustomer extends Customer {
  override readonly refresh = { every: '1 second', jitter: 0 } as const;
}
export const PollingCustomerWorkflow = defineWorkflow(PollingCustomer);

/** One that looks less and less often while nothing changes. */
class AdaptingCustomer extends Customer {
  override readonly refresh = { every: { min: '1 second', max: '8 seconds' }, jitter: 0 } as const;
}
export const AdaptingCustomerWorkflow = defineWorkflow(AdaptingCustomer);
