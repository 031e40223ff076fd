import { rest } from '@stateful-workflow/adapter-rest/workflow';
import { defineWorkflow } from '@stateful-workflow/core/workflow';
import { defineFeed } from '@stateful-workflow/feed/workflow';
import { Customer, feed, sources, Ticket } from './classes';

/** The class that is deployed in the middle: its sources are in another order, and there is one more. */
class NextCustomer extends Customer {
  override readonly sources = {
    standing: rest({ path: '/customers/{id}/standing', into: 'root' }),
    invoices: sources.invoices,
    tickets: sources.tickets,
    profile: sources.profile,
  };
}
export const CustomerWorkflow = defineWorkflow(NextCustomer, { name: 'CustomerWorkflow' });
export const TicketWorkflow = defineWorkflow(Ticket, { name: 'TicketWorkflow' });
export const CustomersFeed = defineFeed({
  ...feed,
  into: { workflow: CustomerWorkflow, source: 'profile', entityName: 'Customer' },
});
