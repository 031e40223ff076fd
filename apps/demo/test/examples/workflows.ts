import { graphql } from '@stateful-workflow/adapter-graphql/workflow';
import { rest } from '@stateful-workflow/adapter-rest/workflow';
import { defineWorkflow, isLoaded, workflowClass } from '@stateful-workflow/core/workflow';
import { schema } from './schema';

export const CustomerWorkflow = defineWorkflow(
  workflowClass({
    schema,
    entityName: 'Customer',
    sources: {
      profile: rest({ path: '/customers/{id}', schema: 'Customer' }),
      open: graphql({
        document: 'query ($id: ID!) { customer(id: $id) { tickets { id subject status } } }',
        variables: { id: '{id}' },
        items: 'customer.tickets',
        into: 'tickets',
      }),
    },
    refresh: { every: '1 minute', watch: true },
    managedPaths: { tickets: { condition: (ticket) => ticket.status === 'open' } },
    async execute({ changes }) {
      if (!isLoaded(this.data, 'name', 'tickets')) return; // no source has brought them yet
      const closed = this.data.tickets.filter(({ status }) => status === 'closed');
      if (changes.upserts.Ticket && closed.length === this.data.tickets.length)
        this.update({ entityName: 'Customer', data: { plan: 'free' } });
    },
  }),
);

export const TicketWorkflow = defineWorkflow(workflowClass({ schema, entityName: 'Ticket' }));
