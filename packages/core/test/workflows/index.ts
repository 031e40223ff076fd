export { AuditingWorkflow } from './auditing';
export { CallingWorkflow } from './calling';
export { type SeenCycle, CustomerWorkflow } from './customer';
export { BurstWorkflow, HesitatingWorkflow, LargeWorkflow, RestlessWorkflow } from './continuing';
export {
  DawdlingWorkflow,
  EarlyWorkflow,
  MeddlingWorkflow,
  MisconfiguredWorkflow,
  MisdeclaredWorkflow,
  MisdirectedWorkflow,
  MisspeltWorkflow,
  NamelessWorkflow,
  PresumptuousWorkflow,
  StrictWorkflow,
  UnlimitedWorkflow,
  UnnamedSecretWorkflow,
  UnregisteredWorkflow,
  UsurpingWorkflow,
} from './failing';
export { type Ended, HearingDeskWorkflow } from './ended-children';
export { FedWorkflow, WhollyFedWorkflow } from './fed';
export { FleetCustomerWorkflow } from './fleet';
export { DreamingWorkflow, GuardedWorkflow } from './guarded';
export { HandyWorkflow } from './handy';
export {
  ApprovalTicketWorkflow,
  ApprovalWorkflow,
  FailingCallWorkflow,
  HalfSelfLoadingWorkflow,
  KeepingWorkflow,
  RollingApprovalWorkflow,
  RollingSelfLoadingWorkflow,
  ScribblingWorkflow,
  SelfLoadingWorkflow,
} from './own-code';
export { BriefOwnWaysWorkflow, OwnWaysWorkflow } from './own-ways';
export { OutspokenWorkflow } from './plaintext';
export { DeskWorkflow, TicketWorkflow } from './hierarchy';
export {
  GatheringDeskWorkflow,
  GatheringTicketWorkflow,
  SortedCommentWorkflow,
  SortingDeskWorkflow,
  SortingTicketWorkflow,
} from './hierarchy-homes';
export { RollingCommentWorkflow, RollingDeskWorkflow, RollingTicketWorkflow } from './hierarchy-random';
export {
  HeadOfficeWorkflow,
  type Heard,
  LinkedTicketWorkflow,
  ListeningWorkflow,
  TeamDeskWorkflow,
} from './hierarchy-links';
export { NodeWorkflow, RoomDeskWorkflow, ShelfWorkflow, type TreeNode } from './hierarchy-large';
export {
  AgentWorkflow,
  BareDeskWorkflow,
  CaseWorkflow,
  CodedDeskWorkflow,
  CompletingDeskWorkflow,
  CountingDeskWorkflow,
  DeafWorkflow,
  ElsewhereDeskWorkflow,
  EveryPathDeskWorkflow,
  FixedDeskWorkflow,
  ForgivingDeskWorkflow,
  IdleDeskWorkflow,
  IllNamedDeskWorkflow,
  KeepingDeskWorkflow,
  LedDeskWorkflow,
  LimitedDeskWorkflow,
  LoadingDeskWorkflow,
  LoadingNodeWorkflow,
  LoadingTicketWorkflow,
  LostDeskWorkflow,
  LotWorkflow,
  ManualDeskWorkflow,
  MisroutedDeskWorkflow,
  WatchedDeskWorkflow,
  MovingDeskWorkflow,
  NumberedDeskWorkflow,
  OfficeDeskWorkflow,
  OftenDeskWorkflow,
  OpenDeskWorkflow,
  OpeningDeskWorkflow,
  ParentalDeskWorkflow,
  PickyDeskWorkflow,
  PlainDeskWorkflow,
  PlainWorkflow,
  ProvidingDeskWorkflow,
  RenamingDeskWorkflow,
  ShoutingDeskWorkflow,
  SigningDeskWorkflow,
  TalkativeDeskWorkflow,
  UnknownDeskWorkflow,
  ApprovalDeskWorkflow,
} from './hierarchy-options';
export {
  FailingByHandWorkflow,
  FailingSetupWorkflow,
  MistakenConditionDeskWorkflow,
  MistakenProcessingDeskWorkflow,
  ParticularWorkflow,
} from './hierarchy-mistakes';
export {
  AwayDeskWorkflow,
  GradualDeskWorkflow,
  LastMinuteDeskWorkflow,
  LongDeskWorkflow,
  LongTicketWorkflow,
  MortalCommentWorkflow,
  MortalDeskWorkflow,
  MortalTicketWorkflow,
  OutlivedDeskWorkflow,
  PatientDeskWorkflow,
  PatientKeepingDeskWorkflow,
  PatientWatchfulDeskWorkflow,
  ProvidingMortalDeskWorkflow,
  RestlessDeskWorkflow,
  RestlessMortalDeskWorkflow,
  RestlessTicketWorkflow,
  RollingBothDeskWorkflow,
  SteadyDeskWorkflow,
  SteadyLongDeskWorkflow,
  UnstaffedDeskWorkflow,
  WatchfulDeskWorkflow,
  WatchfulOnceDeskWorkflow,
  WeanedTicketWorkflow,
} from './hierarchy-survival';
export {
  AdaptiveWatchingWorkflow,
  AdaptiveWorkflow,
  HastyWorkflow,
  BrieflyHintedWorkflow,
  HintedWorkflow,
  HourlyWorkflow,
  ImpossibleWorkflow,
  NarrowWorkflow,
  OnceOnlyWorkflow,
  OnceWorkflow,
  PatientWorkflow,
  WatchingOnWorkflow,
} from './refreshing';
export {
  BriefDeskWorkflow,
  BriefSlowDeskWorkflow,
  BriefWaitingWorkflow,
  BriefWatchingWorkflow,
  BriefWorkflow,
  ClingingWorkflow,
  FailingWorkflow,
  HearingWorkflow,
  InsistentWorkflow,
  RestlessToldWorkflow,
  RoomyWaitingWorkflow,
  RoomyWorkflow,
  TightWorkflow,
  ToldWorkflow,
  WaitingWorkflow,
} from './order';
export { BriefRecallingWorkflow, type Recalled, RecallingWorkflow } from './recalling';
export { type CustomerData, schema } from './sources';
export { ViewingDeskWorkflow } from './views';
export { PollingWorkflow, StaleWorkflow, WatchingWorkflow } from './timing';
export { UpgradingDeskWorkflow, UpgradingTicketWorkflow } from './upgrading';
export { ListedWorkflow } from './listed';
export { WritingBackWorkflow } from './writing-back';
