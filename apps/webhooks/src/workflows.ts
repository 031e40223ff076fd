import { rest } from '@stateful-workflow/adapter-rest/workflow';
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
