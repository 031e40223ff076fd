import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, refusalsOf, signalsOf, sourceOf, TestEnvironment } from './support/environment';
import { ChangesFeed, NeverFeed } from './workflows';

describe('a feed, and workflows that are not as it would have them', () => {
  let env: TestEnvironment;
  beforeEach(async () => {
    env = await TestEnvironment.start({ feeds: [ChangesFeed, NeverFeed] });
  });
  afterEach(() => env.stop());

  it('goes on where a workflow of other code has the id of an entity', async () => {
    const [taken, ...others] = env.collection.fill(3, env.prefix) as [string, string, string];
    const foreign = await env.client.workflow.start('ForeignWorkflow', {
      taskQueue: env.taskQueue,
      workflowId: `Customer-${taken}`,
    });
    const feed = await env.feed(ChangesFeed);
    for (const id of others)
      await eventually(async () => expect(await env.held(id)).toEqual(env.collection.rows.get(id)));
    expect(await feed.look()).toMatchObject({ delivered: 3, refused: 0 });
    expect(await feed.status()).toBe('running');
    expect((await foreign.describe()).type).toBe('ForeignWorkflow');
    expect(await signalsOf(foreign)).toBe(1);
  });

  it('counts as absent whose workflow has closed, where it starts none, and starts it where it does', async () => {
    const [id] = env.collection.fill(1, env.prefix) as [string];
    const feed = await env.feed(ChangesFeed);
    await env.untilInStep();
    await env.customer(id).signal('status', 'completed');
    await eventually(async () => expect(await env.statusOf(id)).toBe('COMPLETED'));
    const never = await env.feed(NeverFeed, {}, 'never');
    expect(await never.look()).toMatchObject({ delivered: 0, absent: 1 });
    env.collection.set({ id, name: 'Ada', visits: 1 });
    await env.untilInStep();
    expect(await feed.look()).toMatchObject({ delivered: 2, absent: 0 });
  });

  it('has two feeds bring one entity: what was asked for last is right', async () => {
    const [id] = env.collection.fill(1, env.prefix) as [string];
    const feeds = [await env.feed(ChangesFeed, {}, 'eu'), await env.feed(ChangesFeed, {}, 'us')];
    for (let round = 1; round <= 3; round++) {
      env.collection.set({ id, name: `round ${round}`, visits: round });
      for (const feed of feeds) expect(await feed.look()).toMatchObject({ refused: 0 });
      await env.untilInStep();
    }
    expect(feeds.map(({ handle }) => handle.workflowId)).toContain(
      (await sourceOf(env.customer(id)))?.delivered?.from,
    );
    expect((await refusalsOf(env.customer(id))).count).toBe(0);
    // Both say so, and either will do.
    env.collection.remove(id);
    await eventually(async () => expect(await env.statusOf(id)).toBe('COMPLETED'));
  });
});
