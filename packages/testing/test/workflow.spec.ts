import { defineSignal } from '@temporalio/workflow';
import { describe, expect, it } from 'vitest';
import { testWorkflow } from '../src/index';
import { startTestServer } from '../src/test-server';
import { testCustomer } from './support/customer';
import { BrokenCustomerWorkflow, CustomerWorkflow, GreetedCustomerWorkflow } from './workflows';

const input = { entityName: 'Customer' };

describe('a workflow under test', () => {
  it('takes signals of its own, and calls activities that the test gives', async () => {
    const sent: string[] = [];
    const activities = { sendMail: async (to: string) => `sent ${sent.push(to)}` };
    const { customer } = await testCustomer({ input, activities }, GreetedCustomerWorkflow);
    await customer.temporal.signal(defineSignal('greet'));
    expect(sent).toEqual(['Ada']);
    expect(await customer.temporal.query('greeting')).toBe('sent 1');
  });

  it('ends, and has a result', async () => {
    const { customer } = await testCustomer();
    await customer.complete();
    expect(await customer.result()).toMatchObject({ id: 'c_42', plan: 'free' });
  });

  it('begins with what it is given', async () => {
    const { customer, profile } = await testCustomer({
      input: { status: 'paused', data: { id: 'c_42', plan: 'trial' }, apiUrl: 'https://crm.example.com' },
    });
    expect(await customer.data()).toMatchObject({ plan: 'trial' });
    expect(profile.loads).toEqual([]);
    await customer.resume();
    expect(profile.loads).toMatchObject([{ apiUrl: 'https://crm.example.com' }]);
  });

  it('says what is wrong where its tasks fail', async () => {
    await expect(testCustomer({ input }, BrokenCustomerWorkflow)).rejects.toThrow(
      /A task of the workflow Customer-c_42 fails: plan is not a function\n.*index\.ts/s,
    );
  });

  it('runs in an environment of the test', async () => {
    const environment = await startTestServer();
    try {
      for (const id of ['c_1', 'c_2']) {
        const { customer } = await testCustomer({ environment, id });
        await customer.advance('3 hours');
        await customer.stop();
      }
      expect(await environment.client.workflow.getHandle('Customer-c_2').describe()).toBeDefined();
    } finally {
      await environment.teardown();
    }
  });

  it('needs to know where the workflows are', async () => {
    await expect(testWorkflow(CustomerWorkflow, { id: 'c_42' })).rejects.toThrow('workflowsPath: is missing');
  });
});
