import { graphql } from '@stateful-workflow/adapter-graphql/workflow';
import { entity, postgres } from '@stateful-workflow/adapter-postgres/workflow';
import { defineSchema, defineWorkflow, many } from '@stateful-workflow/core/workflow';
import { workflowInfo } from '@temporalio/workflow';
import { Customer, type CustomerData, crmSources } from './customer';

/** A ticket, as the support desk gives it. */
export interface TicketData {
  readonly id: string;
  readonly subject: string;
  readonly status: string;
}

/** An invoice, as the billing database gives it. */
export interface InvoiceData {
  readonly id: string;
  readonly number: string;
  /** A `numeric`, as text: a number would lose digits. */
  readonly total: string;
  readonly currency: string;
  readonly status: string;
  /** A day: `2026-01-31`. */
  readonly issuedOn: string;
}

/** What it holds: the CRM's fields and contacts, the desk's tickets, the invoices of the billing database. */
export interface Customer360Data extends CustomerData {
  readonly tickets: readonly TicketData[];
  readonly invoices: readonly InvoiceData[];
}

/**
 * A customer's invoices. The database is named; its address is known to the worker only, and so is the password.
 * A payload of NOTIFY that is this customer's id wakes a watch.
 */
export const invoices = postgres({
  connection: 'billing',
  table: {
    name: 'invoices',
    key: 'id',
    columns: {
      id: 'id',
      number: 'number',
      total: 'total',
      currency: 'currency',
      status: 'status',
      issuedOn: 'issued_on',
    },
    where: { customer_id: entity.id },
    cursor: 'updated_at',
  },
  notify: { channel: 'invoices_changed', payload: entity.id },
  credential: 'secret:BILLING_PASSWORD',
});

/** What a customer consists of. */
export const schema360 = defineSchema({
  Customer: {
    relations: { contacts: many('Contact'), tickets: many('Ticket'), invoices: many('Invoice') },
  },
  Contact: {},
  Ticket: {},
  Invoice: {},
});

/** Where the support desk is: at an address of its own, which the demo learns only as it starts. */
export const deskUrl = (): string => workflowInfo().memo?.['deskUrl'] as string;

/** The three systems of a customer, for a workflow that has started. */
export const sources360 = () => ({
  ...crmSources,
  tickets: graphql({
    apiUrl: deskUrl(),
    document: `query ($id: ID!, $after: String) {
      customer(id: $id) {
        tickets(first: 1, after: $after) { nodes { id subject status } pageInfo { hasNextPage endCursor } }
      }
    }`,
    variables: { id: '{id}' },
    items: 'customer.tickets',
  }),
  invoices,
});

/**
 * A customer from three systems: itself and its contacts from the CRM, by REST; its tickets from the support desk, by
 * GraphQL; its invoices from the billing database, by SQL.
 */
class Customer360 extends Customer {
  override readonly schema = schema360;
  override readonly sources = sources360();
}

export const Customer360Workflow = defineWorkflow(Customer360);
