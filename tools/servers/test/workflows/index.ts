import { graphql } from '@stateful-workflow/adapter-graphql/workflow';
import { rest } from '@stateful-workflow/adapter-rest/workflow';
import { defineSchema, defineWorkflow, many, StatefulWorkflow } from '@stateful-workflow/core/workflow';

/** A shop with its items, in one list for each way in which its API gives them. */
const schema = defineSchema({
  Shop: { relations: { items: many('Item'), pages: many('Item'), offsets: many('Item') } },
  Item: {},
});

/** So small a shop is not what the breaker is for. */
abstract class Shop extends StatefulWorkflow {
  override readonly schema = schema;
}

class JsonServer extends Shop {
  override readonly sources = {
    items: rest({ path: '/items', params: { _page: 1, _limit: 10 }, pagination: { type: 'link' } }),
  };
}
export const JsonServerWorkflow = defineWorkflow(JsonServer);

/** Numbered pages, and each item by itself: what is hidden is on no page, and there all the same. */
class Asking extends Shop {
  override readonly sources = {
    items: rest({
      path: '/items',
      params: { _page: 1, _limit: 10, name_ne: 'hidden' },
      pagination: { type: 'link' },
      item: { path: '/items/{item}' },
    }),
  };
}
export const AskingWorkflow = defineWorkflow(Asking);

class Django extends Shop {
  override readonly sources = {
    // As the paginators ship: links, numbered pages of a size that is capped, offsets with a limit that is.
    items: rest({ path: '/pages/', items: 'results', pagination: { type: 'next', next: 'next' } }),
    pages: rest({
      path: '/pages/',
      items: 'results',
      pagination: { type: 'page', sizeParam: 'page_size', size: 200, endStatus: 404 },
    }),
    offsets: rest({
      path: '/offsets/',
      items: 'results',
      pagination: { type: 'offset', limit: 200 },
    }),
  };
}
export const DjangoWorkflow = defineWorkflow(Django);

class Datasette extends Shop {
  override readonly sources = {
    items: rest({
      path: '/shop/items.json',
      params: { _shape: 'objects' },
      items: 'rows',
      pagination: { type: 'next', next: 'next_url' },
    }),
  };
}
export const DatasetteWorkflow = defineWorkflow(Datasette);

class SapCap extends Shop {
  override readonly sources = {
    items: rest({
      path: '/odata/v4/shop/Items',
      items: 'value',
      pagination: { type: 'next', next: '@odata.nextLink' },
    }),
  };
}
export const SapCapWorkflow = defineWorkflow(SapCap);

class PostGraphile extends Shop {
  override readonly sources = {
    items: graphql({
      document: `query ($after: Cursor) {
        allItems(first: 10, after: $after, orderBy: ID_ASC) { nodes { id name } pageInfo { hasNextPage endCursor } }
      }`,
      items: 'allItems',
    }),
  };
}
export const PostGraphileWorkflow = defineWorkflow(PostGraphile);

class Oidc extends Shop {
  override readonly sources = { items: rest({ path: '/items' }) };
}
export const OidcWorkflow = defineWorkflow(Oidc);
