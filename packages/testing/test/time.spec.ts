import { expect, it } from 'vitest';
import { testCustomer } from './support/customer';
import { WatchedCustomerWorkflow } from './workflows';

it('lets a day of refreshes pass', async () => {
  const { customer, profile } = await testCustomer();
  const before = await customer.environment.currentTimeMs();
  await customer.advance('1 day');
  expect(await customer.environment.currentTimeMs()).toBeGreaterThanOrEqual(before + 24 * 60 * 60_000);
  // One an hour, give or take a tenth.
  expect(profile.loads.length).toBeGreaterThanOrEqual(22);
  expect(profile.loads.length).toBeLessThanOrEqual(28);
});

const entityName = 'Customer';

it('has a watch look, and the workflow hear of news alone', async () => {
  const { customer, profile, contacts } = await testCustomer(
    { input: { entityName } },
    WatchedCustomerWorkflow,
  );
  await customer.advance('2 hours');
  const { events: quiet } = await customer.temporal.fetchHistory();
  await customer.advance('10 hours');
  expect(profile.loads.length).toBeGreaterThanOrEqual(12);
  expect((await customer.temporal.fetchHistory()).events).toHaveLength(quiet?.length ?? 0);

  profile.set((before) => ({ ...before, plan: 'pro' }));
  await customer.advance('2 hours');
  expect(await customer.data()).toMatchObject({ plans: ['free', 'pro'] });
  expect(contacts.loads.length).toBeGreaterThanOrEqual(12);
});

it('has the watches of two sources find news at one moment, while others write', async () => {
  const { customer, profile, contacts } = await testCustomer(
    { input: { entityName } },
    WatchedCustomerWorkflow,
  );
  for (let i = 0; i < 4; i++) {
    profile.set((before) => ({ ...before, plan: `plan ${i}` }));
    contacts.set([{ id: 'k_1', name: `Grace ${i}` }]);
    await customer.advance('4 hours');
    expect(await customer.data()).toMatchObject({ plan: `plan ${i}`, contacts: [{ name: `Grace ${i}` }] });
    await customer.update({ entityName, data: { id: 'c_42', name: `Ada ${i}` } });
    await customer.requestRefresh();
  }
});
