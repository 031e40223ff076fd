import {
  defineSchema,
  defineWorkflow,
  many,
  type RefreshPolicy,
  StatefulWorkflow,
} from '@stateful-workflow/core/workflow';
import { type InvoiceData, invoices } from './customer-360';

/** What it holds: a customer's invoices, and nothing else of it. */
export interface InvoicedCustomerData {
  readonly id: string;
  readonly invoices: readonly InvoiceData[];
}

/** The invoices of a customer, which the database itself tells of; without a word it is asked once an hour. */
class WatchedInvoices extends StatefulWorkflow<InvoicedCustomerData> {
  override readonly schema = defineSchema({
    Customer: { relations: { invoices: many('Invoice') } },
    Invoice: {},
  });
  override readonly sources = { invoices };
  override readonly refresh: RefreshPolicy = { every: '1 hour', watch: true };
}

export const WatchedInvoicesWorkflow = defineWorkflow(WatchedInvoices);
