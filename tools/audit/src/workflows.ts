import { rest } from '@stateful-workflow/adapter-rest/workflow';
import {
  defineSchema,
  defineSource,
  defineWorkflow,
  many,
  StatefulWorkflow,
} from '@stateful-workflow/core/workflow';

const schema = defineSchema({ Account: { relations: { items: many('Item') } }, Item: {} });

/** Fails after two attempts: what a retry does is seen then, and nobody has to wait. */
const HASTY = { maximumAttempts: 2 };

/** A source whose adapter does all that an adapter should not do with a secret. */
const leaky = defineSource({ adapter: 'leaky', package: 'none' }, { ...HASTY });

class Account extends StatefulWorkflow {
  override readonly schema = schema;
  override readonly sources = { profile: rest({ path: '/accounts/{id}', ...HASTY }), items: leaky };
  override readonly managedPaths = { items: { workflowType: 'ItemWorkflow' } };
  override readonly maxHistoryEvents = 60;
}
export const AccountWorkflow = defineWorkflow(Account);

class Item extends StatefulWorkflow {
  override readonly schema = { Item: {} };
  override readonly sources = { item: rest({ path: '/items/{id}', into: 'root', ...HASTY }) };
}
export const ItemWorkflow = defineWorkflow(Item);
