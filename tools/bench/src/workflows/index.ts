export {
  customerByHand,
  idleByHand,
  pollingByHand,
  pollingEverythingByHand,
  reloadingByHand,
} from './by-hand';
export {
  AdaptingCustomerWorkflow,
  CustomerWorkflow,
  PollingCustomerWorkflow,
  WatchingCustomerWorkflow,
} from './customer';
export { HierarchyWorkflow, TicketWorkflow } from './hierarchy';
export { hierarchyByHand, ticketByHand } from './hierarchy-by-hand';
