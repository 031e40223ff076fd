import { describe, expect, it } from 'vitest';
import { fakeSource, testWorkflow } from '../src/index';
import { testCustomer, workflowsPath } from './support/customer';
import { CustomerWithChildrenWorkflow, CustomerWorkflow } from './workflows';

describe('a fake source', () => {
  it('gives what it holds, whatever adapter the class names', async () => {
    const { customer, profile, contacts } = await testCustomer();
    expect(await customer.data()).toEqual({
      id: 'c_42',
      name: 'Ada',
      plan: 'free',
      plans: ['free'],
      contacts: [{ id: 'k_1', name: 'Grace' }],
    });
    expect(await customer.sources()).toMatchObject({ profile: { adapter: 'rest' } });
    expect(profile.loads).toEqual([
      { entity: { name: 'Customer', id: 'c_42' }, query: { path: '/customers/{id}' } },
    ]);
    expect(contacts.loads).toHaveLength(1);
  });

  it('gives what it is changed to, of which the workflow hears by its next load', async () => {
    const { customer, profile, contacts } = await testCustomer();
    profile.set((before) => ({ ...before, plan: 'pro' }));
    contacts.set((before) => [...before, { id: 'k_2', name: 'Edsger' }]);
    expect(await customer.data()).toMatchObject({ plan: 'free' });
    await customer.refresh();
    expect(await customer.data()).toMatchObject({
      plan: 'pro',
      plans: ['free', 'pro'],
      contacts: [{ id: 'k_1' }, { id: 'k_2' }],
    });
    contacts.set([{ id: 'k_2', name: 'Edsger' }]);
    await customer.refresh();
    expect(await customer.data()).toMatchObject({ contacts: [{ id: 'k_2' }] });
  });

  it('gives each workflow its own', async () => {
    const card = fakeSource(({ id }) => ({ id, phone: `+44 ${id}` }));
    const contacts = fakeSource([
      { id: 'k_1', name: 'Grace' },
      { id: 'k_2', name: 'Edsger' },
    ]);
    await using customer = await testWorkflow(CustomerWithChildrenWorkflow, {
      id: 'c_42',
      workflowsPath,
      sources: { profile: fakeSource({ id: 'c_42', name: 'Ada', plan: 'free' }), contacts },
      childSources: { card },
      input: { entityName: 'Customer' },
    });
    const grace = customer.other('Contact-k_1');
    expect(await grace.data()).toEqual({ id: 'k_1', name: 'Grace', phone: '+44 k_1' });
    card.set((before, { id }) => (id === 'k_1' ? { ...before, phone: '+1 555' } : before));
    await grace.refresh();
    await customer.other('Contact-k_2').refresh();
    expect(await grace.data()).toMatchObject({ phone: '+1 555' });
    expect(await customer.other('Contact-k_2').data()).toMatchObject({ phone: '+44 k_2' });
  });

  it('is missed where the test has none', async () => {
    const profile = fakeSource({ id: 'c_42', name: 'Ada', plan: 'free' });
    const started = testWorkflow(CustomerWorkflow, { id: 'c_42', workflowsPath, sources: { profile } });
    await expect(started).rejects.toThrow('has no fake for "contacts"');
  });
});
