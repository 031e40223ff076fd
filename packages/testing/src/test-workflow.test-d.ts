import { describe, it } from 'vitest';
import { rest } from '@stateful-workflow/adapter-rest/workflow';
import { defineSchema, defineWorkflow, many, StatefulWorkflow } from '@stateful-workflow/core/workflow';
import { fakeSource, testWorkflow } from './index';

interface CustomerData {
  readonly id: string;
  readonly plan: string;
  readonly tags: readonly string[];
  readonly contacts: readonly { readonly id: string; readonly name: string }[];
}

class Customer extends StatefulWorkflow<CustomerData> {
  override readonly schema = defineSchema({
    Customer: { relations: { contacts: many('Contact') } },
    Contact: {},
  });
  override readonly sources = {
    profile: rest({ path: '/c' }),
    contacts: rest({ path: '/k' }),
    tags: rest({ path: '/t' }),
  };
}
const CustomerWorkflow = defineWorkflow(Customer);
const id = 'c_42';

describe('testWorkflow', () => {
  it('knows the sources of the class, and what they give', () => {
    void testWorkflow(CustomerWorkflow, {
      id,
      sources: {
        profile: fakeSource({ id, plan: 'free', more: 1 }),
        contacts: fakeSource([{ id: 'k_1', name: 'Grace' }]),
        tags: fakeSource({ id, tags: ['new'] }),
      },
      childSources: { card: fakeSource({ id: 'k_1' }) },
    });
    // @ts-expect-error there is no source of that name
    void testWorkflow(CustomerWorkflow, { id, sources: { profil: fakeSource({ id }) } });
    // @ts-expect-error a plan is text
    void testWorkflow(CustomerWorkflow, { id, sources: { profile: fakeSource({ id, plan: 1 }) } });
    const contacts = fakeSource({ id: 'k_1', name: 'Grace' });
    // @ts-expect-error contacts are a list
    void testWorkflow(CustomerWorkflow, { id, sources: { contacts } });
  });

  it('takes any where the class is not known', () => {
    const untyped: (input: { readonly id: string }) => Promise<unknown> = CustomerWorkflow;
    void testWorkflow(untyped, { id, sources: { whatever: fakeSource({ id }) } });
  });

  it('gives the data of the workflow', () => {
    const plan = async (): Promise<string | undefined> =>
      (await (await testWorkflow(CustomerWorkflow, { id })).data())?.plan;
    void plan;
  });

  it('changes what a source holds to what it may hold', () => {
    const profile = fakeSource({ id, plan: 'free' });
    profile.set((before) => ({ ...before, plan: `${before.plan}!` }));
    // @ts-expect-error a plan is text
    profile.set({ id, plan: 1 });
  });
});
