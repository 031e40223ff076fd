import { rest } from '@stateful-workflow/adapter-rest/workflow';
import { defineWorkflow, StatefulWorkflow } from '@stateful-workflow/core/workflow';
import { defineFeed } from '../../src/workflow';

export interface RestCustomer {
  readonly id: string;
  readonly name: string;
  readonly updatedAt: string;
}

class Customer extends StatefulWorkflow<RestCustomer> {
  override readonly sources = { profile: rest({ path: '/customers/{id}', fedBy: 'RestFeed' }) };
}
export const RestCustomerWorkflow = defineWorkflow(Customer, { name: 'RestCustomerWorkflow' });

export const RestFeed = defineFeed({
  name: 'RestFeed',
  source: rest({
    path: '/customers',
    items: 'items',
    pagination: { type: 'page', size: 40, hasMore: 'hasMore' },
    incremental: { field: 'updatedAt', param: 'since' },
  }),
  into: { workflow: RestCustomerWorkflow, source: 'profile', entityName: 'Customer' },
  refresh: { every: '1 second', jitter: 0 },
  sweep: { every: '1 hour' },
});
