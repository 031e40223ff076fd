import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'vitest';
import { fakeSource, type TestedWorkflow, testWorkflow } from '../../src/index';
import { type CustomerData, CustomerWorkflow } from '../workflows';

const profile = fakeSource({ id: 'c_42', name: 'Ada', plan: 'free' });
const contacts = fakeSource([{ id: 'k_1', name: 'Grace' }]);
let customer: TestedWorkflow<CustomerData>;

beforeEach(async () => {
  customer = await testWorkflow(CustomerWorkflow, {
    id: 'c_42',
    workflowsPath: require.resolve('../workflows/index.ts'),
    sources: { profile, contacts },
  });
});

afterEach(() => customer.stop());

test('a customer survives a night without its CRM, and a day later is up to date', async () => {
  profile.fail('transient');
  await customer.advance('8 hours');
  assert.equal((await customer.status()).status, 'degraded');
  assert.equal((await customer.data())?.plan, 'free');

  profile.recover();
  profile.set((before) => ({ ...before, plan: 'pro' }));
  await customer.advance('1 day');
  assert.equal((await customer.status()).status, 'running');
  assert.deepEqual((await customer.data())?.plans, ['free', 'pro']);
  assert.ok(profile.loads.length > 20);
});
