import { Worker } from '@temporalio/worker';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { eventually, signalsOf, TestEnvironment, type TestFeed } from './support/environment';
import { ChangesFeed, SlicedFeed } from './workflows';

describe('a feed that runs', () => {
  let env: TestEnvironment;
  beforeEach(async () => {
    env = await TestEnvironment.start({ feeds: [ChangesFeed, SlicedFeed] });
    env.collection.pageSize = 20;
  });
  afterEach(() => env.stop());

  /** Holds the source at a page until it is told to go on. */
  function hold(at: number): { readonly reached: Promise<void>; release(): void } {
    let arrive = (): void => {};
    let release = (): void => {};
    const reached = new Promise<void>((resolve) => (arrive = resolve));
    const released = new Promise<void>((resolve) => (release = resolve));
    env.collection.onPage = async (page, { signal }) => {
      if (page !== at) return;
      arrive();
      await Promise.race([released, new Promise((resolve) => signal.addEventListener('abort', resolve))]);
    };
    return {
      reached,
      release() {
        env.collection.onPage = () => {};
        release();
      },
    };
  }

  /** Replays every run of a feed, and looks for what must not be in its history. */
  async function replayed({ handle }: TestFeed): Promise<void> {
    const histories = [];
    let runId: string | undefined;
    do {
      const run = env.client.workflow.getHandle(handle.workflowId, runId);
      const history = await run.fetchHistory();
      expect(JSON.stringify(history)).not.toContain(Buffer.from(`Customer ${env.prefix}`).toString('base64'));
      histories.push({ workflowId: handle.workflowId, history });
      const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
      runId = started?.continuedExecutionRunId || undefined;
    } while (runId !== undefined);
    const options = { workflowBundle: { codePath: inject('workflowBundle') } };
    for await (const { error } of Worker.runReplayHistories(options, histories))
      expect(error?.message).toBeUndefined();
  }

  it('goes on where it was when its worker dies in the middle of the first look', async () => {
    env.collection.fill(160, env.prefix);
    const gate = hold(5);
    const feed = await env.feed(ChangesFeed);
    await gate.reached;
    await env.stopWorkers();
    gate.release();
    const { pages } = env.collection.asked;
    await env.startWorker();
    await env.untilInStep();
    await feed.untilRead();
    // Not from the beginning: that would be eight pages.
    expect(env.collection.asked.pages - pages).toBeLessThan(8);
    expect(await feed.look()).toMatchObject({ isBusy: false, refused: 0 });
    await replayed(feed);
  });

  it('tells how far it got, and continues as new in the middle', async () => {
    env.collection.fill(100, env.prefix);
    const gate = hold(2);
    const feed = await env.feed(SlicedFeed);
    await gate.reached;
    expect(await feed.data()).toMatchObject({ isBusy: true, delivered: 40 });
    const { runId } = await feed.handle.describe();
    await feed.handle.signal('roll');
    gate.release();
    await eventually(async () => expect((await feed.handle.describe()).runId).not.toBe(runId));
    await env.untilInStep();
    await feed.untilRead();
    expect(await feed.data()).toMatchObject({ delivered: 100 });
    // Five pages, and each was read once.
    expect(env.collection.asked.whole).toBe(5);
    await replayed(feed);
  });

  it('delivers nothing while it is paused, also in the middle, and all once it is resumed', async () => {
    const ids = env.collection.fill(60, env.prefix) as [string];
    const gate = hold(1);
    const feed = await env.feed(SlicedFeed);
    await gate.reached;
    await feed.handle.signal('pause');
    expect(await feed.status()).toBe('paused');
    gate.release();
    await eventually(async () => expect(await feed.data()).toMatchObject({ isBusy: true, delivered: 40 }));
    await feed.handle.signal('resume');
    await env.untilInStep();
    await feed.untilRead();
    await feed.handle.signal('pause');
    env.collection.set({ id: ids[0], name: 'Ada', visits: 1 });
    expect(await feed.status()).toBe('paused');
    expect(await signalsOf(env.customer(ids[0]))).toBe(1);
    await feed.handle.signal('resume');
    await env.untilInStep();
    await replayed(feed);
  });

  it('ends when it is cancelled, and leaves the workflows of its entities alone', async () => {
    const ids = env.collection.fill(3, env.prefix) as [string];
    const feed = await env.feed(ChangesFeed);
    await env.untilInStep();
    await feed.handle.signal('cancel');
    await eventually(async () => expect((await feed.handle.describe()).status.name).toBe('CANCELLED'));
    expect((await env.customer(ids[0]).describe()).status.name).toBe('RUNNING');
  });
});
