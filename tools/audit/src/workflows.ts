import { graphql } from '@stateful-workflow/adapter-graphql/workflow';
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

/** Loads a list whose links carry the token; which kind of link is its id. */
class Links extends StatefulWorkflow {
  override readonly schema = defineSchema({ Links: { relations: { items: many('Item') } }, Item: {} });
  override readonly sources = {
    items: rest({ path: '/{id}', items: 'items', pagination: { type: 'next', next: 'next' }, ...HASTY }),
  };
}
export const LinksWorkflow = defineWorkflow(Links);

/** Loads lists whose cursors, validators and times hold the token. */
class Places extends StatefulWorkflow {
  override readonly schema = defineSchema({
    Places: { relations: { cursor: many('Item'), etag: many('Item'), since: many('Item') } },
    Item: {},
  });
  override readonly sources = {
    cursor: rest({
      path: '/cursor',
      items: 'items',
      pagination: { type: 'cursor', cursor: 'next', param: 'after' },
      ...HASTY,
    }),
    etag: rest({ path: '/etag', items: 'items', ...HASTY }),
    since: rest({ path: '/since', items: 'items', incremental: { field: 'at', param: 'since' }, ...HASTY }),
  };
}
export const PlacesWorkflow = defineWorkflow(Places);

/** Loads records that hold the token, as a value and as a key. */
class Records extends StatefulWorkflow {
  override readonly schema = defineSchema({
    Records: { relations: { record: many('Item'), records: many('Item') } },
    Item: {},
  });
  override readonly sources = {
    record: rest({ path: '/record', items: 'items', ...HASTY }),
    records: rest({ path: '/records', items: 'items', ...HASTY }),
  };
}
export const RecordsWorkflow = defineWorkflow(Records);

/** Asks a GraphQL API that repeats what it was sent; `all` takes its errors for partial ones. */
const asking = (errorPolicy: 'none' | 'all') =>
  graphql({
    document: 'query ($id: ID!) { items(of: $id) { id } }',
    variables: { id: 'all' },
    items: 'items',
    errorPolicy,
    ...HASTY,
  });
class Errors extends StatefulWorkflow {
  override readonly schema = defineSchema({
    Errors: { relations: { items: many('Item'), partial: many('Item') } },
    Item: {},
  });
  override readonly sources = { items: asking('none'), partial: asking('all') };
}
export const ErrorsWorkflow = defineWorkflow(Errors);
