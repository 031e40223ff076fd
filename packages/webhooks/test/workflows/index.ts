import { condition, defineSignal, setHandler } from '@temporalio/workflow';
import { defineSource, defineWorkflow, StatefulWorkflow } from '@stateful-workflow/core/workflow';

export interface CustomerData {
  readonly id: string;
  readonly name: string;
}

/** A customer that looks only when somebody asks. */
class Customer extends StatefulWorkflow<CustomerData> {
  override readonly sources = {
    profile: defineSource({ adapter: 'memory', package: '@stateful-workflow/adapter-memory' }, {}),
  };
}
export const CustomerWorkflow = defineWorkflow(Customer);

/** A customer that a feed brings, and webhooks before it. */
class FedCustomer extends StatefulWorkflow<CustomerData> {
  override readonly sources = {
    profile: defineSource(
      { adapter: 'memory', package: '@stateful-workflow/adapter-memory' },
      { fedBy: 'CustomersFeed' },
    ),
  };
}
export const FedCustomerWorkflow = defineWorkflow(FedCustomer);

/** A customer of two sources. */
class BusyCustomer extends StatefulWorkflow<CustomerData> {
  override readonly sources = {
    profile: defineSource(
      { adapter: 'memory', package: '@stateful-workflow/adapter-memory' },
      { of: 'profile', into: 'root' },
    ),
    orders: defineSource(
      { adapter: 'memory', package: '@stateful-workflow/adapter-memory' },
      { of: 'orders', into: 'root' },
    ),
  };
}
export const BusyCustomerWorkflow = defineWorkflow(BusyCustomer);

/** A workflow that has nothing to do with entities, whatever its id. @returns how often somebody sent it `refresh` */
export async function ForeignWorkflow(): Promise<number> {
  let refreshes = 0;
  let isOver = false;
  setHandler(defineSignal('refresh'), () => void refreshes++);
  setHandler(defineSignal('end'), () => void (isOver = true));
  await condition(() => isOver);
  return refreshes;
}
