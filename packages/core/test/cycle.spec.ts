import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestEnvironment } from './support/environment';

describe('the load cycle', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  it('loads every source before execute() and shows the data', async () => {
    const customer = await env.loaded();
    expect(await customer.data()).toEqual({
      id: 'c_1',
      name: 'Ada',
      plan: 'pro',
      contacts: [
        { id: 'k_1', name: 'Grace' },
        { id: 'k_2', name: 'Edsger' },
      ],
    });
    expect(await customer.temporal.query('cycles')).toEqual([
      { triggers: ['start', 'refresh'], upserts: 3, deletes: 0 },
    ]);
    expect((await customer.status()).status).toBe('running');
    await customer.complete();
    expect(await customer.result()).toMatchObject({ name: 'Ada' });
  });

  it('is cancelled by the signal', async () => {
    const customer = await env.loaded();
    await customer.cancel();
    await expect(customer.result()).rejects.toThrow();
    expect((await customer.temporal.describe()).status.name).toBe('CANCELLED');
  });
});
