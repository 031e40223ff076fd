import { defineSchema, many, one } from '../../../src/contract/schema';

export const schema = defineSchema({
  Shop: { relations: { items: many('Item') } },
  Item: { relations: { subs: many('Sub'), pin: one('Sub'), shop: one('Shop') } },
  Sub: {},
});
