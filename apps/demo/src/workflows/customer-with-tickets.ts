import { graphql } from '@stateful-workflow/adapter-graphql/workflow';
import { rest } from '@stateful-workflow/adapter-rest/workflow';
import {
  defineSchema,
  defineWorkflow,
  many,
  type RefreshPolicy,
  StatefulWorkflow,
} from '@stateful-workflow/core/workflow';
import { workflowInfo } from '@temporalio/workflow';

/** A ticket, as the support desk gives it. */
export interface TicketData {
  readonly id: string;
  readonly subject: string;
  readonly status: string;
}

/** What it holds: the CRM's fields, and the desk's tickets. */
export interface CustomerWithTicketsData {
  readonly id: string;
  readonly name: string;
  readonly tickets: readonly TicketData[];
}

/** A customer from two systems: itself from the CRM, by REST, and its tickets from the support desk, by GraphQL. */
class CustomerWithTickets extends StatefulWorkflow<CustomerWithTicketsData> {
  override readonly schema = defineSchema({
    Customer: { relations: { tickets: many('Ticket') } },
    Ticket: {},
  });

  override readonly sources = {
    profile: rest({ path: '/customers/{id}' }),
    tickets: graphql({
      // The desk is at an address of its own, which the demo learns only as it starts.
      apiUrl: workflowInfo().memo?.['deskUrl'] as string,
      document: `query ($id: ID!, $after: String) {
        customer(id: $id) {
          tickets(first: 1, after: $after) { nodes { id subject status } pageInfo { hasNextPage endCursor } }
        }
      }`,
      variables: { id: '{id}' },
      items: 'customer.tickets',
    }),
  };

  override readonly refresh: RefreshPolicy = { every: '3 seconds' };
}

export const CustomerWithTicketsWorkflow = defineWorkflow(CustomerWithTickets);
