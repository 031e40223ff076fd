import { GraphqlChanges, GraphqlSwept } from '../workflows';
import { describeFeed } from './cases';
import { startGraphqlSource } from './graphql-source';

describeFeed({
  adapter: 'GraphQL',
  start: startGraphqlSource,
  changes: [{ feed: GraphqlChanges }],
  swept: GraphqlSwept,
});
