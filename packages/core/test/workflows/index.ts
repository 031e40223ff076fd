export { CallingWorkflow } from './calling';
export { type SeenCycle, CustomerWorkflow } from './customer';
export { BurstWorkflow, HesitatingWorkflow, LargeWorkflow, RestlessWorkflow } from './continuing';
export {
  MisconfiguredWorkflow,
  MisdeclaredWorkflow,
  MisdirectedWorkflow,
  NamelessWorkflow,
  StrictWorkflow,
  UnregisteredWorkflow,
} from './failing';
export { HandyWorkflow } from './handy';
export { DeskWorkflow, TicketWorkflow } from './hierarchy';
export {
  AdaptiveWatchingWorkflow,
  AdaptiveWorkflow,
  HastyWorkflow,
  HintedWorkflow,
  HourlyWorkflow,
  ImpossibleWorkflow,
  NarrowWorkflow,
  OnceOnlyWorkflow,
  OnceWorkflow,
  PatientWorkflow,
  WatchingOnWorkflow,
} from './refreshing';
export { type CustomerData, schema } from './sources';
export { PollingWorkflow, StaleWorkflow, WatchingWorkflow } from './timing';
