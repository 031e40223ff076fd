import { describe, expect, it } from 'vitest';
import { testCustomer } from './support/customer';

describe('a source that fails', () => {
  it('leaves the workflow degraded until it recovers', async () => {
    const { customer, profile } = await testCustomer();
    profile.fail('transient');
    expect(await customer.refresh()).toMatchObject({ outcome: 'failed' });
    const { status, sources } = await customer.status();
    expect(status).toBe('degraded');
    expect(sources['profile']?.lastError).toMatchObject({ kind: 'transient', failures: 1 });
    expect(await customer.data()).toMatchObject({ plan: 'free' });
    // The server has tried four times, without the seconds between.
    expect(profile.loads).toHaveLength(5);

    profile.recover();
    profile.set((before) => ({ ...before, plan: 'pro' }));
    await customer.advance('3 hours');
    expect(await customer.data()).toMatchObject({ plan: 'pro' });
    expect((await customer.status()).status).toBe('running');
  });

  it('may fail so often and no more', async () => {
    const { customer, profile } = await testCustomer({}, undefined, (sources) =>
      sources.profile.fail('transient', { times: 3 }),
    );
    expect((await customer.status()).status).toBe('running');
    expect(profile.loads).toHaveLength(4);
  });

  it.each(['invalid', 'gone', 'fatal'] as const)('may be %s, which is not tried again', async (kind) => {
    const { customer, profile } = await testCustomer();
    profile.fail(kind, { message: 'HTTP 4xx' });
    await customer.refresh();
    const { profile: info } = await customer.sources();
    expect(info?.lastError).toMatchObject({ kind, message: expect.stringContaining('HTTP 4xx') });
    expect(profile.loads).toHaveLength(2);
  });

  it('may refuse the token: the workflow waits for another one', async () => {
    const { customer, profile } = await testCustomer({ input: { apiToken: 'secret:CRM' } });
    profile.fail('unauthorized');
    await customer.refresh();
    expect((await customer.status()).status).toBe('unauthorized');
    profile.recover();
    expect(await customer.rotateToken('secret:CRM_2')).toMatchObject({ outcome: 'unchanged' });
    expect((await customer.status()).status).toBe('running');
  });

  it('may ask to be left alone, as long as it says', async () => {
    const { customer, profile } = await testCustomer();
    profile.fail('throttled', { retryAfter: '3 minutes', times: 1 });
    profile.set((before) => ({ ...before, plan: 'pro' }));
    await customer.requestRefresh();
    await customer.advance('2 minutes');
    expect(await customer.data()).toMatchObject({ plan: 'free' });
    await customer.advance('2 minutes');
    expect(await customer.data()).toMatchObject({ plan: 'pro' });
    expect(profile.loads).toHaveLength(3);
  });

  it('may give what is no record', async () => {
    const { customer, contacts } = await testCustomer();
    contacts.set([{ name: 'nobody' } as never]);
    await customer.refresh();
    expect((await customer.sources())['contacts']?.lastError).toMatchObject({ kind: 'invalid' });
  });
});
