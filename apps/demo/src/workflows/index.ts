export { CustomerWorkflow, type Contact, type CustomerData } from './customer';
export { CustomerInShortRunsWorkflow } from './customer-in-short-runs';
export { CustomerOnRequestWorkflow } from './customer-on-request';
export { type ContactData, ContactWorkflow, CustomerWithChildrenWorkflow } from './customer-with-children';
export {
  type CustomerWithTicketsData,
  CustomerWithTicketsWorkflow,
  type TicketData,
} from './customer-with-tickets';
export { WatchedCustomerWorkflow } from './watched-customer';
