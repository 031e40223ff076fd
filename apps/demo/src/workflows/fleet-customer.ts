import { rest } from '@stateful-workflow/adapter-rest/workflow';
import { defineWorkflow, StatefulWorkflow } from '@stateful-workflow/core/workflow';
import { defineFeed } from '@stateful-workflow/feed/workflow';

/** What the workflow of one customer of a fleet holds: the CRM's fields. */
export interface FleetCustomerData {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly plan: string;
  readonly city: string;
  readonly updatedAt: string;
}

/** One customer of a fleet. A feed brings it what changed; it asks the CRM only when it is told to. */
class FleetCustomer extends StatefulWorkflow<FleetCustomerData> {
  override readonly sources = { profile: rest({ path: '/customers/{id}', fedBy: 'CustomersFeed' }) };
}

export const FleetCustomerWorkflow = defineWorkflow(FleetCustomer);

/** Looks for the whole fleet, and starts a workflow for each customer that has none. */
export const CustomersFeed = defineFeed({
  name: 'CustomersFeed',
  source: rest({
    path: '/customers',
    items: 'items',
    pagination: { type: 'page', size: 100, hasMore: 'hasMore' },
    incremental: { field: 'updatedAt', param: 'updatedSince' },
  }),
  into: { workflow: FleetCustomerWorkflow, source: 'profile' },
  refresh: { every: '2 seconds', jitter: 0 },
});
