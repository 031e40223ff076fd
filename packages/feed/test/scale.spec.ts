import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TestEnvironment, type TestFeed } from './support/environment';
import { ChangesFeed } from './workflows';

/** In full with `npm run test:scale`, which takes many minutes. */
const COUNT = process.env['TEST_SCALE'] === 'full' ? 10_000 : 500;

describe(`a feed over ${COUNT} entities`, () => {
  let env: TestEnvironment;
  let feed: TestFeed;
  beforeAll(async () => {
    env = await TestEnvironment.start({ feeds: [ChangesFeed] });
    env.collection.pageSize = 200;
  });
  afterAll(() => env.stop());

  /** Asks again, but so seldom that the answers cost little of the machine. */
  const slowly = (look: () => Promise<void>): Promise<void> =>
    vi.waitFor(look, { timeout: 60_000 + COUNT * 200, interval: 1_000 });

  it(
    'starts the workflow of each at first sight, and says how far it is',
    { timeout: 3_000_000 },
    async () => {
      const ids = env.collection.fill(COUNT, env.prefix);
      feed = await env.feed(ChangesFeed);
      await slowly(async () => expect(await feed.data()).toMatchObject({ isBusy: false, delivered: COUNT }));
      // Each page was read once; a look that finds nothing reads one as well.
      const { pages, changes } = env.collection.asked;
      expect(pages - changes).toBe(Math.ceil(COUNT / 200));
      const listed = `TaskQueue = '${env.taskQueue}' AND WorkflowType = 'ChangesFeedCustomer' AND ExecutionStatus = 'Running'`;
      await slowly(async () => expect((await env.client.workflow.count(listed)).count).toBe(COUNT));
      for (let i = 0; i < COUNT; i += COUNT / 50) {
        const id = ids[i] as string;
        await slowly(async () => expect(await env.held(id)).toEqual(env.collection.rows.get(id)));
      }
      expect(env.collection.asked.rows).toBe(0);
      expect((await feed.handle.describe()).historySize).toBeLessThan(100_000);
    },
  );

  it('delivers one change of it, and the rest not at all', { timeout: 300_000 }, async () => {
    const id = [...env.collection.rows.keys()].at(-1) as string;
    env.collection.set({ id, name: 'Ada', visits: 1 });
    await slowly(async () => expect(await env.held(id)).toMatchObject({ name: 'Ada' }));
    expect(await feed.look()).toMatchObject({ delivered: COUNT + 1 });
  });
});
