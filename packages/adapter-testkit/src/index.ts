export { credentialOf } from './credential';
export { describeAdapter } from './describe-adapter';
export type { TestRunner } from './runner';
export type { AdapterSettings, Failure, Subject, TestRecord, Upstream, When } from './subject';
