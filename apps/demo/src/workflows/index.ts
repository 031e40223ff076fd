export { type AccountData, AccountWorkflow, InvoiceWorkflow, TicketWorkflow } from './account';
export { CustomerWorkflow, type Contact, type CustomerData } from './customer';
export { type Customer360Data, Customer360Workflow, type InvoiceData, type TicketData } from './customer-360';
export { CustomerInShortRunsWorkflow } from './customer-in-short-runs';
export { CustomerOnRequestWorkflow } from './customer-on-request';
export { type ContactData, ContactWorkflow, CustomerWithChildrenWorkflow } from './customer-with-children';
export { CustomersFeed, type FleetCustomerData, FleetCustomerWorkflow } from './fleet-customer';
export { WatchedCustomerWorkflow } from './watched-customer';
export { type InvoicedCustomerData, WatchedInvoicesWorkflow } from './watched-invoices';
