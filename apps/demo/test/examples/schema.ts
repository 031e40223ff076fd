import { defineSchema, many, one, typed } from '@stateful-workflow/core/workflow';
import { z } from 'zod';

export const schema = defineSchema({
  Customer: {
    fields: z.object({
      id: z.string(),
      name: z.string(),
      plan: z.enum(['free', 'team']),
      since: z.coerce.date(), // this.data.since is text
    }),
    relations: { tickets: many('Ticket'), account: one('Account') },
  },
  Ticket: {
    fields: typed<{ id: string; subject: string; status: 'open' | 'closed' }>(),
    relations: { customer: one('Customer') },
  },
  Account: { idAttribute: ['region', 'number'] }, // any fields
});
