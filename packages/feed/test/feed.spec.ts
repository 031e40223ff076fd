import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, signalsOf, sourceOf, TestEnvironment } from './support/environment';
import { ChangesFeed, HintedFeed, type Seen } from './workflows';

describe('a feed', () => {
  let env: TestEnvironment;
  beforeEach(async () => {
    env = await TestEnvironment.start({ feeds: [ChangesFeed, HintedFeed] });
  });
  afterEach(() => env.stop());

  it('starts the workflow of each record, which does not load itself', async () => {
    const ids = env.collection.fill(200, env.prefix);
    const feed = await env.feed(ChangesFeed);
    await env.untilInStep();
    expect(await feed.look()).toMatchObject({ delivered: 200, refused: 0, absent: 0, isBusy: false });
    expect(env.collection.asked).toMatchObject({ rows: 0, whole: 1 });
    const customer = env.customer(ids[7] as string);
    expect(await customer.query<Seen>('seen')).toEqual({ cycles: [['news', 'start']], faults: [] });
    expect(await sourceOf(customer)).toMatchObject({
      lastOutcome: 'snapshot',
      fedBy: 'ChangesFeed',
      delivered: { from: feed.handle.workflowId },
    });
  });

  it('delivers one change once, and what did not change not at all', async () => {
    const [one, other] = env.collection.fill(20, env.prefix) as [string, string];
    const feed = await env.feed(ChangesFeed);
    await env.untilInStep();
    env.collection.set({ id: one, name: 'Ada', visits: 1 });
    await env.untilInStep();
    expect(await feed.look()).toMatchObject({ delivered: 21 });
    // Touched, and the same.
    env.collection.set({ id: one, name: 'Ada', visits: 1 });
    expect(await feed.look()).toMatchObject({ delivered: 21 });
    expect(await signalsOf(env.customer(one))).toBe(2);
    expect(await signalsOf(env.customer(other))).toBe(1);
    expect(await env.customer(one).query<Seen>('seen')).toMatchObject({
      cycles: [['news', 'start'], ['news']],
    });
    expect(env.collection.asked.rows).toBe(0);
  });

  it('writes no history while nothing changes, and its looks go on', async () => {
    env.collection.fill(5, env.prefix);
    const feed = await env.feed(ChangesFeed);
    await env.untilInStep();
    await feed.look();
    const before = await feed.eventsAtRest();
    const { changes } = env.collection.asked;
    await eventually(() => expect(env.collection.asked.changes).toBeGreaterThan(changes + 3));
    expect(await feed.eventsAtRest()).toBe(before);
  });

  it('looks when the source says so: one wait serves the whole fleet', async () => {
    const [one] = env.collection.fill(20, env.prefix) as [string];
    await env.feed(HintedFeed);
    await env.untilInStep();
    await eventually(() => expect(env.collection.waiting.size).toBe(1));
    env.collection.set({ id: one, name: 'Ada', visits: 1 });
    // Ten minutes before the feed would look by itself.
    env.collection.hint();
    await env.untilInStep();
  });
});
