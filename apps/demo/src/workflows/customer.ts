import { rest } from '@stateful-workflow/adapter-rest/workflow';
import {
  type Cycle,
  defineSchema,
  defineWorkflow,
  many,
  type RefreshPolicy,
  StatefulWorkflow,
} from '@stateful-workflow/core/workflow';

/** A contact, as the CRM gives it. */
export interface Contact {
  readonly id: string;
  readonly customerId: string;
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly updatedAt: string;
}

/** What a customer's workflow holds: the CRM's fields, the contacts, and a field of our own. */
export interface CustomerData {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly plan: string;
  readonly city: string;
  readonly updatedAt: string;
  readonly contacts: readonly Contact[];
  /** Every plan that the customer was seen with, oldest first. The CRM knows only the last. */
  readonly plans?: readonly string[];
}

/** Where a customer and its contacts come from: the CRM's REST API. */
export const crmSources = {
  profile: rest({ path: '/customers/{id}' }),
  contacts: rest({
    path: '/customers/{id}/contacts',
    items: 'items',
    pagination: { type: 'page', size: 100, hasMore: 'hasMore' },
  }),
};

/** The home of one customer: kept in step with the CRM, which it asks every few seconds. */
export class Customer extends StatefulWorkflow<CustomerData> {
  override readonly schema = defineSchema({
    Customer: { relations: { contacts: many('Contact') } },
    Contact: {},
  });

  override readonly sources = crmSources;

  override readonly refresh: RefreshPolicy = { every: '3 seconds' };

  override async execute({ changes }: Cycle): Promise<void> {
    const plan = changes.upserts['Customer']?.[this.id]?.['plan'];
    if (plan === undefined) return;
    const plans = [...(this.data?.plans ?? []), plan];
    this.update({ entityName: 'Customer', data: { id: this.id, plans } });
  }
}

export const CustomerWorkflow = defineWorkflow(Customer);
