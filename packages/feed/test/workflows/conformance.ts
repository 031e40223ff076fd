import { graphql } from '@stateful-workflow/adapter-graphql/workflow';
import { entity, postgres } from '@stateful-workflow/adapter-postgres/workflow';
import { rest } from '@stateful-workflow/adapter-rest/workflow';
import { defineWorkflow, type SourceDefinition, StatefulWorkflow } from '@stateful-workflow/core/workflow';
import { defineFeed, type FeedOptions, type FeedWorkflow } from '../../src/workflow';

/** A feed, and the workflow of its customers. */
interface Kept {
  readonly feed: FeedWorkflow;
  readonly customer: ReturnType<typeof defineWorkflow>;
}

/** A feed over a collection, and its customers, which ask a source of their own for one of it. */
function kept(
  name: string,
  own: (options: { readonly fedBy: string }) => SourceDefinition,
  source: SourceDefinition,
  options: Partial<FeedOptions> = {},
): Kept {
  class Customer extends StatefulWorkflow<{ readonly id: string; readonly name: string }> {
    override readonly sources = { profile: own({ fedBy: name }) };
  }
  const customer = defineWorkflow(Customer, { name: `${name}Customer` });
  const feed = defineFeed({
    name,
    // A look that fails is the workflow's to try again.
    source: { ...source, maximumAttempts: 1 },
    into: { workflow: customer, source: 'profile', entityName: 'Customer' },
    refresh: { every: '1 second', jitter: 0 },
    perSecond: 1_000,
    ...options,
  });
  return { feed, customer };
}

/** Every look is a sweep. */
const swept = { sweep: { every: 1 } } as const;

const restList = {
  path: '/customers',
  items: 'items',
  pagination: { type: 'page', size: 10, hasMore: 'hasMore' },
} as const;
const restOwn = (options: { readonly fedBy: string }): SourceDefinition =>
  rest({ path: '/customers/{id}', ...options });
export const { feed: RestChanges, customer: RestChangesCustomer } = kept(
  'RestChanges',
  restOwn,
  rest({ ...restList, incremental: { field: 'updatedAt', param: 'since' } }),
);
export const { feed: RestSwept, customer: RestSweptCustomer } = kept(
  'RestSwept',
  restOwn,
  rest(restList),
  swept,
);

const page = (since: string): string =>
  `tickets(first: 10, after: $after${since}) { nodes { id name: subject updatedAt } pageInfo { hasNextPage endCursor } }`;
const graphqlOwn = (options: { readonly fedBy: string }): SourceDefinition =>
  graphql({
    document: 'query ($id: ID!) { ticket(id: $id) { id name: subject updatedAt } }',
    variables: { id: '{id}' },
    items: 'ticket',
    ...options,
  });
export const { feed: GraphqlChanges, customer: GraphqlChangesCustomer } = kept(
  'GraphqlChanges',
  graphqlOwn,
  graphql({
    document: `query ($after: String, $since: String) { ${page(', updatedSince: $since')} }`,
    incremental: { variable: 'since', field: 'updatedAt' },
  }),
);
export const { feed: GraphqlSwept, customer: GraphqlSweptCustomer } = kept(
  'GraphqlSwept',
  graphqlOwn,
  graphql({ document: `query ($after: String) { ${page('')} }` }),
  swept,
);

const table = { name: 'customers', key: 'id', columns: ['id', 'name'] } as const;
const batch = { rows: 10 };
const postgresOwn = (options: { readonly fedBy: string }): SourceDefinition =>
  postgres({ connection: 'db', table: { ...table, where: { id: entity.id } }, into: 'root', ...options });
const changed = { ...table, cursor: { column: 'changed_at', tombstone: 'gone' } };
export const { feed: PostgresChanges, customer: PostgresChangesCustomer } = kept(
  'PostgresChanges',
  postgresOwn,
  postgres({ connection: 'db', table: changed, batch }),
);
export const { feed: PostgresLogical, customer: PostgresLogicalCustomer } = kept(
  'PostgresLogical',
  postgresOwn,
  postgres({
    connection: 'db',
    table: { ...table, where: { gone: false } },
    batch,
    feed: 'logical',
    publication: 'customers',
  }),
);
export const { feed: PostgresSwept, customer: PostgresSweptCustomer } = kept(
  'PostgresSwept',
  postgresOwn,
  postgres({ connection: 'db', table: { ...table, where: { gone: false } }, batch }),
  swept,
);
/** Hears of changes; by itself it would look in ten minutes. */
export const { feed: PostgresHinted, customer: PostgresHintedCustomer } = kept(
  'PostgresHinted',
  postgresOwn,
  postgres({ connection: 'db', table: changed, batch, notify: { channel: 'customers_changed' } }),
  { refresh: { every: '10 minutes' } },
);
