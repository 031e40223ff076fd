export { customerByHand, idleByHand, pollingByHand, reloadingByHand } from './by-hand';
export { CustomerWorkflow, WatchingCustomerWorkflow } from './customer';
