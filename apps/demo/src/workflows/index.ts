export { CustomerWorkflow, type Contact, type CustomerData } from './customer';
export { CustomerInShortRunsWorkflow } from './customer-in-short-runs';
