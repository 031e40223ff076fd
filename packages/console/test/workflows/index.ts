import { condition } from '@temporalio/workflow';
import { rest } from '@stateful-workflow/adapter-rest/workflow';
import { defineSchema, defineWorkflow, many, StatefulWorkflow } from '@stateful-workflow/core/workflow';
import { defineFeed } from '@stateful-workflow/feed/workflow';

/** A customer and its contacts, each of which has a workflow of its own. */
class Customer extends StatefulWorkflow {
  override readonly schema = defineSchema({
    Customer: { relations: { contacts: many('Contact') } },
    Contact: {},
  });
  override readonly sources = {
    profile: rest({ path: '/customers/{id}' }),
    contacts: rest({
      path: '/customers/{id}/contacts',
      items: 'items',
      pagination: { type: 'page', size: 100, hasMore: 'hasMore' },
    }),
  };
  override readonly managedPaths = { contacts: true } as const;
  override readonly refresh = { every: '1 second', watch: true, jitter: 0 } as const;
}
export const CustomerWorkflow = defineWorkflow(Customer);

class Contact extends StatefulWorkflow {
  override readonly schema = defineSchema({ Contact: {} });
}
export const ContactWorkflow = defineWorkflow(Contact);

/** One that a feed brings. */
class FleetCustomer extends StatefulWorkflow {
  override readonly sources = { profile: rest({ path: '/customers/{id}', fedBy: 'CustomersFeed' }) };
}
export const FleetCustomerWorkflow = defineWorkflow(FleetCustomer);

export const CustomersFeed = defineFeed({
  name: 'CustomersFeed',
  source: rest({
    path: '/customers',
    items: 'items',
    pagination: { type: 'page', size: 100, hasMore: 'hasMore' },
    incremental: { field: 'updatedAt', param: 'updatedSince' },
  }),
  into: { workflow: FleetCustomerWorkflow, source: 'profile' },
  refresh: { every: '1 second', jitter: 0 },
});

/** Holds what it is told, and has no source. */
class Note extends StatefulWorkflow {}
export const NoteWorkflow = defineWorkflow(Note);

/** No Stateful Workflow. */
export async function PlainWorkflow(): Promise<void> {
  await condition(() => false);
}
