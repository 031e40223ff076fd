export { CustomerWorkflow, type Contact, type CustomerData } from './customer';
export { CustomerInShortRunsWorkflow } from './customer-in-short-runs';
export { CustomerOnRequestWorkflow } from './customer-on-request';
export { WatchedCustomerWorkflow } from './watched-customer';
