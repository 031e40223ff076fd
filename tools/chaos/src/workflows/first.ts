import { defineWorkflow } from '@stateful-workflow/core/workflow';
import { defineFeed } from '@stateful-workflow/feed/workflow';
import { Customer, feed, sources, Ticket } from './classes';

class FirstCustomer extends Customer {
  override readonly sources = sources;
}
export const CustomerWorkflow = defineWorkflow(FirstCustomer, { name: 'CustomerWorkflow' });
export const TicketWorkflow = defineWorkflow(Ticket, { name: 'TicketWorkflow' });
export const CustomersFeed = defineFeed({
  ...feed,
  into: { workflow: CustomerWorkflow, source: 'profile', entityName: 'Customer' },
});
