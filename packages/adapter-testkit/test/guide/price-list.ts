import { defineSchema, defineWorkflow, many, typed, workflowClass } from '@stateful-workflow/core/workflow';
import { prices } from './prices-workflow';

const schema = defineSchema({
  Market: { fields: typed<{ id: string }>(), relations: { items: many('Price') } },
  Price: { fields: typed<{ id: string; name: string }>() },
});

export const MarketWorkflow = defineWorkflow(
  workflowClass({
    schema,
    entityName: 'Market',
    sources: { items: prices({ market: 'wheat', credential: 'secret:PRICES_TOKEN' }) },
    refresh: { every: '5 minutes' },
  }),
);
