import { RestChanges, RestSwept } from '../workflows';
import { describeFeed } from './cases';
import { startRestSource } from './rest-source';

describeFeed({
  adapter: 'REST',
  start: startRestSource,
  changes: [{ feed: RestChanges }],
  swept: RestSwept,
});
