export { type ExecutedOnce, executeOnce, type ExecuteOnceOptions } from './execute-once';
export { fakeAdapter, type FakeSources } from './fake-adapter';
export {
  type Fake,
  FakeSource,
  fakeSource,
  type FakeFault,
  type FakeLoad,
  type HeldAnswer,
  type Records,
} from './fake-source';
export type { FakesOf, Part, RecordsOf } from './fakes-of';
export { type TestedWorkflow, testWorkflow, type TestWorkflowOptions } from './test-workflow';
