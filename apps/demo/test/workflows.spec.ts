import { fakeSource, type TestedWorkflow, testWorkflow } from '@stateful-workflow/testing';
import { ApplicationFailure } from '@temporalio/client';
import { afterEach, describe, expect, it } from 'vitest';
import {
  AccountWorkflow,
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

  it('judge an account, escalate at the desk while an invoice is overdue, and calm down', async () => {
    const tickets = fakeSource([{ id: 't_1', subject: 'Login', status: 'open' }]);
    const overdue = fakeSource([{ id: 'i_1', status: 'open', issuedOn: '2020-01-31' }]);
    const told: string[] = [];
    customer = await testWorkflow(AccountWorkflow, {
      id,
      workflowsPath,
      input: { ...input, apiToken: 'secret:CRM_TOKEN' },
      sources: { ...crm(), tickets, invoices: overdue },
      activities: {
        escalateTicket(ticket: string, _desk: string, token: string) {
          told.push(`${ticket} with ${token}`);
          // The first time the desk does not answer.
          if (told.length === 1) throw ApplicationFailure.nonRetryable('The desk answered 503');
          tickets.set([{ id: ticket, subject: 'Login', status: 'escalated' }]);
        },
      },
    });
    await customer.advance('10 seconds');
    expect(told).toEqual(['t_1 with secret:CRM_TOKEN', 't_1 with secret:CRM_TOKEN']);
    expect(await customer.data()).toMatchObject({
      health: 'at risk',
      concerns: '1 overdue invoice, 1 unsolved ticket',
      tickets: [{ status: 'escalated' }],
    });
    expect(await customer.other('Ticket-t_1').data()).toMatchObject({ status: 'escalated' });
    overdue.set((before) => before.map((invoice) => ({ ...invoice, status: 'paid' })));
    await customer.advance('10 seconds');
    expect(await customer.data()).toMatchObject({ health: 'watch', concerns: '1 unsolved ticket' });
    tickets.set([]);
    await customer.advance('10 seconds');
    expect(await customer.data()).toMatchObject({ health: 'good', concerns: '' });
    expect(told).toHaveLength(2);
  });

  it('watch the invoices', async () => {
    const sources = { invoices: invoices() };
    customer = await testWorkflow(WatchedInvoicesWorkflow, { id, workflowsPath, sources, input });
    sources.invoices.set((before) => before.map((invoice) => ({ ...invoice, status: 'paid' })));
    await customer.advance('2 hours');
    expect(await customer.data()).toMatchObject({ invoices: [{ id: 'i_1', status: 'paid' }] });
  });
});
