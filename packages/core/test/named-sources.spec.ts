import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestCustomer, TestEnvironment } from './support/environment';
import { eventually } from './support/eventually';
import type { SeenCycle } from './workflows';

describe('a refresh of one source', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  const seen = async ({ handle }: TestCustomer): Promise<readonly SeenCycle[]> =>
    handle.temporal.query<readonly SeenCycle[]>('cycles');
  /** How often each source was asked. */
  const looks = ({ profile, contacts }: TestCustomer): readonly number[] => [
    profile.looks.length,
    contacts.looks.length,
  ];

  it('asks that one and no other, and is a refresh for the class', async () => {
    const customer = await env.loaded();
    customer.profile.records = [{ id: customer.id, name: 'Grace' }];
    customer.contacts.records = [];
    const result = await customer.handle.refresh({ sources: ['profile'] });
    expect(result).toMatchObject({ outcome: 'changed', changed: 1 });
    expect(looks(customer)).toEqual([2, 1]);
    expect(await customer.handle.data()).toMatchObject({ name: 'Grace', contacts: [{}, {}] });
    await eventually(async () => expect((await seen(customer)).at(-1)?.triggers).toEqual(['refresh']));
    await customer.handle.requestRefresh({ sources: ['contacts'] });
    await eventually(async () => expect(await customer.handle.data()).toMatchObject({ contacts: [] }));
    expect(looks(customer)).toEqual([2, 2]);
  });

  it('asks it although a feed brings it', async () => {
    const customer = await env.loaded('FedWorkflow');
    customer.profile.records = [{ id: customer.id, name: 'Grace' }];
    expect(await customer.handle.refresh({ sources: ['profile'] })).toMatchObject({ outcome: 'changed' });
    expect(looks(customer)).toEqual([2, 1]);
  });

  it('tells of the fault of that one alone', async () => {
    const customer = await env.loaded();
    customer.profile.pages = () => {
      throw new Error('out of order');
    };
    const { outcome, errors } = await customer.handle.refresh({ sources: ['profile'] });
    expect([outcome, Object.keys(errors ?? {})]).toEqual(['failed', ['profile']]);
    // The other is asked, and goes well: the one that failed is left to its back-off.
    expect(await customer.handle.refresh({ sources: ['contacts'] })).toMatchObject({ outcome: 'unchanged' });
    expect(await customer.handle.temporal.query('status')).toBe('degraded');
  });

  it('asks all of them where something else came together with it', async () => {
    const customer = await env.loaded();
    const { handle, id } = customer;
    const gate = customer.profile.hold();
    await handle.requestRefresh({ sources: ['profile'] });
    await gate.reached;
    await handle.requestRefresh({ sources: ['profile'] });
    await handle.temporal.signal('update', { entityName: 'Customer', data: { id, plan: 'free' } });
    gate.release();
    await eventually(() => expect(looks(customer)).toEqual([3, 2]));
  });

  it('does not put off the next look at the others', async () => {
    const customer = await env.loaded('OnceWorkflow');
    const before = (await customer.handle.sources())['contacts']?.nextCheckAt;
    expect(before).toBeDefined();
    await customer.handle.refresh({ sources: ['profile'] });
    expect((await customer.handle.sources())['contacts']?.nextCheckAt).toBe(before);
    expect(looks(customer)).toEqual([2, 1]);
  });
});
