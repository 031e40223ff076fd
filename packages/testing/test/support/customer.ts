import { afterEach } from 'vitest';
import {
  type FakeSource,
  fakeSource,
  type TestedWorkflow,
  testWorkflow,
  type TestWorkflowOptions,
} from '../../src/index';
import { CustomerWorkflow } from '../workflows';

export const workflowsPath = require.resolve('../workflows/index.ts');

/** What is stopped after each test. */
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const test of running.splice(0)) await test.stop();
});

export interface Profile {
  readonly id: string;
  readonly name: string;
  readonly plan: string;
}

/** A customer under test, with its sources. */
export interface TestCustomer<Data> {
  readonly customer: TestedWorkflow<Data>;
  readonly profile: FakeSource<Profile>;
  readonly contacts: FakeSource<readonly { id: string; name: string }[]>;
}

export const profileOf = (id: string): Profile => ({ id, name: 'Ada', plan: 'free' });

/** Starts the workflow of customer `c_42`. @param before what is to be said of its sources before */
export async function testCustomer(
  options: Partial<TestWorkflowOptions<unknown, unknown>> = {},
  workflow: unknown = CustomerWorkflow,
  before: (sources: Pick<TestCustomer<never>, 'profile' | 'contacts'>) => void = () => {},
): Promise<TestCustomer<{ readonly plan: string; readonly plans?: readonly string[] }>> {
  const profile = fakeSource<Profile>(profileOf('c_42'));
  const contacts = fakeSource<readonly { id: string; name: string }[]>([{ id: 'k_1', name: 'Grace' }]);
  before({ profile, contacts });
  const customer = await testWorkflow(workflow as typeof CustomerWorkflow, {
    id: 'c_42',
    workflowsPath,
    sources: { profile, contacts },
    ...(options as object),
  });
  running.push(customer);
  return { customer, profile, contacts };
}
