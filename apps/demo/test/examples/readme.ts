import { rest } from '@stateful-workflow/adapter-rest/workflow';
import { defineSchema, defineWorkflow, many, typed, workflowClass } from '@stateful-workflow/core/workflow';

const schema = defineSchema({
  Customer: {
    fields: typed<{ id: string; name: string; plan: 'free' | 'team' }>(),
    relations: { contacts: many('Contact') },
  },
  Contact: { fields: typed<{ id: string; email: string }>() },
});

export const CustomerWorkflow = defineWorkflow(
  workflowClass({
    schema,
    entityName: 'Customer',
    sources: {
      profile: rest({ path: '/customers/{id}' }),
      contacts: rest({ path: '/customers/{id}/contacts', items: 'items' }),
    },
    refresh: { every: '5 seconds' },
    async execute({ changes, before }) {
      const { plan } = changes.upserts.Customer?.[this.id] ?? {};
      if (plan) console.log(this.data?.name, 'moved from', before('Customer', this.id)?.plan, 'to', plan);
    },
  }),
);
