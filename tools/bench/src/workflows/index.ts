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
