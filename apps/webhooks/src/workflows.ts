import { rest } from '@stateful-workflow/adapter-rest/workflow';
import { defineFeed } from '@stateful-workflow/feed/workflow';
import { defineWorkflow, type RefreshPolicy, StatefulWorkflow } from '@stateful-workflow/core/workflow';

/** A customer, as the CRM gives it. */
export interface CustomerData {
  readonly id: string;
  readonly name: string;
  readonly plan: string;
}

/** The home of one customer. It hears of changes by webhooks, and looks by itself now and then: one may be lost. */
class Customer extends StatefulWorkflow<CustomerData> {
  override readonly sources = { profile: rest({ path: '/customers/{id}' }) };
  override readonly refresh: RefreshPolicy = { every: '6 hours', watch: true };
}

export const CustomerWorkflow = defineWorkflow(Customer);

/** One customer of a fleet that a feed keeps in step. */
class FedCustomer extends StatefulWorkflow<CustomerData> {
  override readonly sources = { profile: rest({ path: '/customers/{id}', fedBy: 'CustomersFeed' }) };
}

export const FedCustomerWorkflow = defineWorkflow(FedCustomer);

/** Looks for the whole fleet: when an event comes, and now and then by itself. */
export const CustomersFeed = defineFeed({
  name: 'CustomersFeed',
  source: rest({
    path: '/customers',
    items: 'items',
    pagination: { type: 'page', size: 100, hasMore: 'hasMore' },
  }),
  into: { workflow: FedCustomerWorkflow, source: 'profile' },
  refresh: { every: '6 hours' },
});
