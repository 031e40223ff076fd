import { defineSource, defineWorkflow, StatefulWorkflow } from '@stateful-workflow/core/workflow';
import { defineFeed } from '@stateful-workflow/feed/workflow';

const collected = (fedBy?: string) =>
  defineSource({ adapter: 'collected', package: '@stateful-workflow/counted' }, { fedBy });

/** One entity that a feed brings. */
class FedCustomer extends StatefulWorkflow {
  override readonly sources = { profile: collected('CountedFeed') };
}
export const FedCustomerWorkflow = defineWorkflow(FedCustomer);

/** Looks every second. */
export const CountedFeed = defineFeed({
  name: 'CountedFeed',
  source: collected(),
  into: { workflow: FedCustomerWorkflow, source: 'profile' },
  refresh: { every: '1 second', jitter: 0 },
});
