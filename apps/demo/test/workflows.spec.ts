import { fakeSource, type TestedWorkflow, testWorkflow } from '@stateful-workflow/testing';
import { afterEach, describe, expect, it } from 'vitest';
import {
  Customer360Workflow,
  CustomerWithChildrenWorkflow,
  CustomerWorkflow,
  WatchedCustomerWorkflow,
  WatchedInvoicesWorkflow,
} from '../src/workflows/index';

const workflowsPath = require.resolve('../src/workflows/index.ts');
const id = 'c_42';
const input = { entityName: 'Customer' };
const crm = () => ({
  profile: fakeSource({ id, name: 'Ada', plan: 'free' }),
  contacts: fakeSource([{ id: 'k_1', name: 'Grace', role: 'admin' }]),
});
const invoices = () => fakeSource([{ id: 'i_1', number: 'A-1', total: '9.50', status: 'open' }]);

let customer: TestedWorkflow<object>;
afterEach(() => customer.stop());

describe("the demo's workflows", () => {
  it('keep a customer in step, and remember its plans', async () => {
    const sources = crm();
    customer = await testWorkflow(CustomerWorkflow, { id, workflowsPath, sources });
    sources.profile.set((before) => ({ ...before, plan: 'pro' }));
    await customer.advance('10 seconds');
    expect(await customer.data()).toMatchObject({ plan: 'pro', plans: ['free', 'pro'] });
    sources.profile.fail('unauthorized');
    await customer.advance('10 seconds');
    expect((await customer.status()).status).toBe('unauthorized');
  });

  it('watch one', async () => {
    const sources = crm();
    customer = await testWorkflow(WatchedCustomerWorkflow, { id, workflowsPath, sources, input });
    sources.contacts.set((before) => [...before, { id: 'k_2', name: 'Edsger', role: 'user' }]);
    await customer.advance('10 seconds');
    expect(await customer.data()).toMatchObject({ contacts: [{ id: 'k_1' }, { id: 'k_2' }] });
  });

  it('have one from three systems', async () => {
    const tickets = fakeSource([{ id: 't_1', subject: 'Login', status: 'open' }]);
    const sources = { ...crm(), tickets, invoices: invoices() };
    customer = await testWorkflow(Customer360Workflow, { id, workflowsPath, sources, input });
    expect(await customer.data()).toMatchObject({
      name: 'Ada',
      tickets: [{ id: 't_1', subject: 'Login' }],
      invoices: [{ id: 'i_1', total: '9.50' }],
    });
    expect(await customer.sources()).toMatchObject({
      profile: { adapter: 'rest' },
      tickets: { adapter: 'graphql' },
      invoices: { adapter: 'postgres' },
    });
  });

  it('give each contact a workflow of its own, whose note stays', async () => {
    const sources = crm();
    customer = await testWorkflow(CustomerWithChildrenWorkflow, { id, workflowsPath, sources, input });
    const grace = customer.other('Contact-k_1');
    await grace.update({ entityName: 'Contact', data: { id: 'k_1', note: 'Call after five' } });
    sources.contacts.set([{ id: 'k_1', name: 'Grace Hopper', role: 'admin' }]);
    await customer.refresh();
    expect(await grace.data()).toMatchObject({ name: 'Grace Hopper', note: 'Call after five' });
  });

  it('watch the invoices', async () => {
    const sources = { invoices: invoices() };
    customer = await testWorkflow(WatchedInvoicesWorkflow, { id, workflowsPath, sources, input });
    sources.invoices.set((before) => before.map((invoice) => ({ ...invoice, status: 'paid' })));
    await customer.advance('2 hours');
    expect(await customer.data()).toMatchObject({ invoices: [{ id: 'i_1', status: 'paid' }] });
  });
});
