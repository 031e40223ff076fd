export {
  customerByHand,
  hintedByHand,
  pollingByHand,
  pollingEverythingByHand,
  reloadingByHand,
} from './by-hand';
export { CustomerWorkflow } from './customer';
export {
  AdaptingCustomerWorkflow,
  LoadingHierarchyWorkflow,
  PatientlyWatchingCustomerWorkflow,
  PollingCustomerWorkflow,
  WatchingCustomerWorkflow,
} from './refreshing-customers';
export { HintedCustomerWorkflow, PatientlyHintedCustomerWorkflow } from './hinted-customers';
export { FedTicketWorkflow, feedByHand, HandFedTicketWorkflow, TicketsFeed } from './fed-tickets';
export { HierarchyWorkflow, TicketWorkflow } from './hierarchy';
export { hierarchyByHand, ticketByHand } from './hierarchy-by-hand';
