import { expect, it } from 'vitest';
import { testCustomer } from './support/customer';

it('holds an answer, which is what was there when it was asked', async () => {
  const { customer, profile } = await testCustomer();
  const answer = profile.hold();
  profile.set((before) => ({ ...before, plan: 'pro' }));
  const refreshed = customer.refresh();
  await answer.reached;
  profile.set((before) => ({ ...before, plan: 'team' }));
  await customer.update({ entityName: 'Customer', data: { id: 'c_42', name: 'Countess' } });
  expect(await customer.data()).toMatchObject({ plan: 'free', name: 'Countess' });

  await answer.release();
  expect(await refreshed).toMatchObject({ outcome: 'changed' });
  // The update has begun a cycle of its own, whose load brings what is there now.
  expect(await customer.data()).toMatchObject({ plan: 'team', plans: ['free', 'pro', 'team'] });
});

it('skips no time while an answer is held', async () => {
  const { customer, profile } = await testCustomer();
  const answer = profile.hold();
  await expect(customer.advance('3 hours')).rejects.toThrow(
    'an answer of "profile" is held: release() it first',
  );
  await answer.release();
  await customer.advance('1 hour');
  expect(await customer.data()).toMatchObject({ plan: 'free' });
});
