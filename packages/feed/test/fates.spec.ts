import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FeedWorkflow } from '../src/workflow';
import { eventually, refusalsOf, sourceOf, TestEnvironment } from './support/environment';
import {
  CancellingFeed,
  ChangesFeed,
  ChoosyFeed,
  NeverFeed,
  NeverFeedCustomer,
  type Seen,
  SweptFeed,
  TellingFeed,
  TellingFeedCustomer,
} from './workflows';

const FEEDS = [CancellingFeed, ChangesFeed, ChoosyFeed, NeverFeed, SweptFeed, TellingFeed];

describe('what a feed does with a record', () => {
  let env: TestEnvironment;
  beforeEach(async () => {
    env = await TestEnvironment.start({ feeds: FEEDS });
  });
  afterEach(() => env.stop());

  /** Starts a feed over a few rows, all of which are delivered. */
  const started = async (feed: FeedWorkflow, count = 3) => {
    const ids = env.collection.fill(count, env.prefix) as [string, string, string];
    const handle = await env.feed(feed);
    await env.untilInStep();
    return { ids, feed: handle };
  };
  const closed = (id: string, status: string) =>
    eventually(async () => expect((await env.customer(id).describe()).status.name).toBe(status));

  it('completes the workflow of one that the source says is gone, and starts it again with the record', async () => {
    const { ids, feed } = await started(ChangesFeed);
    env.collection.remove(ids[0]);
    await closed(ids[0], 'COMPLETED');
    await eventually(async () => expect(await feed.look()).toMatchObject({ gone: 1, delivered: 3 }));
    env.collection.set({ id: ids[0], name: 'Back', visits: 2 });
    await env.untilInStep();
  });

  it('cancels it, where the feed is set to', async () => {
    const { ids } = await started(CancellingFeed);
    env.collection.remove(ids[1]);
    await closed(ids[1], 'CANCELLED');
    await env.untilInStep();
  });

  it('tells it, where the feed is set to: it keeps what it has, and hears when the record is back', async () => {
    const { ids } = await started(TellingFeed);
    const row = env.collection.rows.get(ids[0]);
    env.collection.remove(ids[0]);
    const customer = env.customer(ids[0]);
    await eventually(async () => expect(await customer.query('status')).toBe('degraded'));
    expect((await customer.query<Seen>('seen')).faults).toEqual(['gone']);
    expect(await customer.query('data')).toEqual(row);
    // It leaves that to the feed, and does not ask for what is gone.
    expect(await sourceOf(customer)).not.toHaveProperty('nextCheckAt');
    env.collection.set({ ...row, id: ids[0] });
    await eventually(async () => expect(await customer.query('status')).toBe('running'));
    expect(env.collection.asked.rows).toBe(0);
  });

  it('finds what is gone by reading everything', async () => {
    const { ids, feed } = await started(SweptFeed);
    await eventually(async () => expect((await feed.look()).sweptAt).toBeDefined());
    env.collection.remove(ids[2]);
    await closed(ids[2], 'COMPLETED');
    await env.untilInStep();
  });

  it('removes nothing by a sweep that is not complete, or holds what nobody can read', async () => {
    const { ids, feed } = await started(SweptFeed);
    env.collection.isComplete = false;
    env.collection.remove(ids[2]);
    const { whole } = env.collection.asked;
    await eventually(() => expect(env.collection.asked.whole).toBeGreaterThan(whole + 2));
    await eventually(async () => expect((await feed.look()).incomplete).toContain('did not give the whole'));
    env.collection.isComplete = true;
    env.collection.strays = [{ name: 'has no id' }];
    await eventually(async () =>
      expect(await feed.look()).toMatchObject({ incomplete: expect.stringContaining('could not be read') }),
    );
    expect((await feed.data())?.refused).toBeGreaterThan(0);
    expect((await env.customer(ids[2]).describe()).status.name).toBe('RUNNING');
    env.collection.strays = [];
    await closed(ids[2], 'COMPLETED');
  });

  it('ends no more than maxDeleteRatio by one sweep, unless somebody says so', async () => {
    const { ids, feed } = await started(SweptFeed, 20);
    await eventually(async () => expect((await feed.look()).sweptAt).toBeDefined());
    const gone: string[] = ids.slice(0, 15);
    env.collection.remove(...gone);
    await eventually(async () => expect((await feed.look()).refusedSweep).toEqual({ deletes: 15, of: 20 }));
    expect((await env.customer(ids[0]).describe()).status.name).toBe('RUNNING');
    // The others are still kept in step.
    env.collection.set({ id: ids.at(-1) as string, name: 'Grace', visits: 1 });
    await env.untilInStep();
    await feed.look({ acceptDeletions: true });
    for (const id of gone) await closed(id, 'COMPLETED');
    expect(await feed.data()).toMatchObject({ gone: 15 });
    expect(await feed.data()).not.toHaveProperty('refusedSweep');
  });

  it('starts nobody who is not to be started, and tells those who run', async () => {
    const ids = env.collection.fill(3, env.prefix) as [string, string, string];
    await env.client.workflow.start(NeverFeedCustomer, {
      taskQueue: env.taskQueue,
      workflowId: `Customer-${ids[0]}`,
      args: [{ id: ids[0], entityName: 'Customer' }],
    });
    const feed = await env.feed(NeverFeed);
    expect(await feed.look()).toMatchObject({ delivered: 1, absent: 2 });
    env.collection.set({ id: ids[0], name: 'Ada', visits: 1 });
    await eventually(async () => expect(await env.held(ids[0])).toMatchObject({ name: 'Ada' }));
    expect(await env.held(ids[1])).toBeUndefined();
  });

  it('starts those alone whom a function picks', async () => {
    const [one, other] = env.collection.fill(2, env.prefix) as [string, string];
    env.collection.set({ id: one, name: 'Ada', visits: 1 });
    const feed = await env.feed(ChoosyFeed);
    expect(await feed.look()).toMatchObject({ delivered: 1, absent: 1 });
    expect(await env.held(other)).toBeUndefined();
    env.collection.set({ id: other, name: 'Grace', visits: 1 });
    await env.untilInStep();
  });

  it('passes over a record without an id, and delivers the others', async () => {
    env.collection.strays = [{ name: 'nobody' }, { id: true }, 'text'];
    const { feed } = await started(ChangesFeed);
    expect(await feed.look()).toMatchObject({ delivered: 3, refused: 3 });
  });

  it('is refused by a workflow of another type, which counts it', async () => {
    const [id] = env.collection.fill(1, env.prefix) as [string];
    await env.client.workflow.start(TellingFeedCustomer, {
      taskQueue: env.taskQueue,
      workflowId: `Customer-${id}`,
      args: [{ id, entityName: 'Customer' }],
    });
    await env.feed(ChangesFeed);
    const { recent } = await eventually(async () => {
      const refusals = await refusalsOf(env.customer(id));
      expect(refusals.count).toBe(1);
      return refusals;
    });
    expect(recent[0]?.reason).toContain(
      'feed: is "ChangesFeed", and source "profile" is fed by "TellingFeed"',
    );
  });
});
