import { describe, expect, it } from 'vitest';
import { eventually } from '../support/environment';
import { PostgresChanges, PostgresHinted, PostgresLogical, PostgresSwept } from '../workflows';
import { describeFeed, FeedBench } from './cases';
import { startPostgresSource } from './postgres-source';

describeFeed({
  adapter: 'Postgres',
  start: startPostgresSource,
  changes: [
    { feed: PostgresChanges, explicit: true },
    { feed: PostgresLogical, explicit: true },
  ],
  swept: PostgresSwept,
});

describe('a feed over Postgres', () => {
  it('looks when the database notifies, by one wait for all', async () => {
    const source = await startPostgresSource();
    const bench = await FeedBench.start(source, PostgresHinted, 5);
    try {
      const [one, other] = bench.ids;
      await eventually(async () => expect(await source.listening()).toBe(1));
      // Ten minutes before it would look by itself.
      await bench.put({ id: one, name: 'Ada' });
      await bench.untilInStep();
      await bench.remove(other);
      await bench.untilClosed(other);
      expect(await source.listening()).toBe(1);
    } finally {
      await bench.env.stop();
      await source.stop();
    }
  });
});
