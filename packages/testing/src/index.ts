export { fakeAdapter, type FakeSources } from './fake-adapter';
export {
  FakeSource,
  fakeSource,
  type FakeFault,
  type FakeLoad,
  type HeldAnswer,
  type Records,
} from './fake-source';
export { type TestedWorkflow, testWorkflow, type TestWorkflowOptions } from './test-workflow';
