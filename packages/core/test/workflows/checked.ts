import { z } from 'zod';
import { defineSchema, defineWorkflow, isLoaded, many, typed, workflowClass } from '../../src/workflow';
import { scripted } from './sources';

/** By a library: the bundle of these workflows has it, and that of the others has not. */
export const checkedSchema = defineSchema({
  Customer: {
    fields: z.object({
      id: z.string(),
      name: z.string(),
      plan: z.string(),
      born: z.coerce.date().optional(),
      greeting: z.string().optional(),
    }),
    relations: { contacts: many('Contact') },
  },
  Contact: { fields: typed<{ id: string; name: string }>() },
});

export const CustomerWorkflow = defineWorkflow(
  workflowClass({
    schema: checkedSchema,
    entityName: 'Customer',
    sources: { profile: scripted('profile'), contacts: scripted('contacts') },
    managedPaths: { contacts: { condition: ({ name }) => name !== 'Edsger' } },
    async execute({ changes }) {
      if (!changes.upserts.Customer?.[this.id]?.name || !isLoaded(this.data, 'name', 'contacts')) return;
      const names = this.data.contacts.map(({ name }) => name).join(', ');
      this.update({ entityName: 'Customer', data: { greeting: `${this.data.name} knows ${names}` } });
    },
  }),
);

export const ContactWorkflow = defineWorkflow(
  workflowClass({ schema: checkedSchema, entityName: 'Contact' }),
);
