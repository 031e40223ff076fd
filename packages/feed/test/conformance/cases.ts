import { customSecrets } from '@stateful-workflow/core/worker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FeedWorkflow } from '../../src/index';
import { eventually, signalsOf, TestEnvironment, type TestFeed } from '../support/environment';
import { PAGE_SIZE, type Row, type Source, TOKENS } from './source';

/** What the cases are tried on. */
export interface FeedSubject {
  readonly adapter: string;
  readonly start: () => Promise<Source>;
  /** Feeds that read what changed; `explicit`: the source says what is gone. */
  readonly changes: readonly { readonly feed: FeedWorkflow; readonly explicit?: true }[];
  /** A feed that reads everything at each look. */
  readonly swept: FeedWorkflow;
}

/** One feed over a source, and the customers that it keeps in step. */
export class FeedBench {
  readonly rows = new Map<string, Row>();

  private constructor(
    readonly source: Source,
    readonly env: TestEnvironment,
    readonly feed: TestFeed,
  ) {}

  /** Fills the source and starts a feed over it. */
  static async start(source: Source, workflow: FeedWorkflow, count: number): Promise<FeedBench> {
    const { origin, apiUrl } = source;
    const get = (name: string): { value: string; origins: string[] } => ({
      value: TOKENS[name as keyof typeof TOKENS],
      origins: [origin],
    });
    const env = await TestEnvironment.start({
      feeds: [workflow],
      adapters: [source.adapter()],
      secrets: [customSecrets({ name: 'test', get })],
    });
    const rows = Array.from({ length: count }, (_, i) => ({
      id: `${env.prefix}_${String(i).padStart(3, '0')}`,
      name: `Customer ${i}`,
    }));
    await source.put(...rows);
    const feed = await env.feed(workflow, { apiUrl, apiToken: 'secret:FIRST' });
    const bench = new FeedBench(source, env, feed);
    for (const row of rows) bench.rows.set(row.id, row);
    await bench.untilInStep();
    await feed.untilRead();
    return bench;
  }

  get ids(): [string, string, ...string[]] {
    return [...this.rows.keys()] as [string, string];
  }

  async put(...rows: readonly Row[]): Promise<void> {
    for (const row of rows) this.rows.set(row.id, row);
    await this.source.put(...rows);
  }

  async remove(...ids: readonly string[]): Promise<void> {
    for (const id of ids) this.rows.delete(id);
    await this.source.remove(...ids);
  }

  /** Waits until the workflows of all customers hold what the source has of them. */
  async untilInStep(): Promise<void> {
    for (const [id, row] of this.rows)
      await eventually(async () => expect(await this.env.held(id)).toMatchObject(row));
  }

  async untilClosed(id: string): Promise<void> {
    await eventually(async () => expect(await this.statusOf(id)).toBe('COMPLETED'));
  }

  async statusOf(id: string): Promise<string> {
    return (await this.env.customer(id).describe()).status.name;
  }
}

/** Two pages and a part. */
const COUNT = 2 * PAGE_SIZE + 3;

/** Defines what a feed does whatever its adapter, tried on a real source of that adapter. */
export function describeFeed({ adapter, start, changes, swept }: FeedSubject): void {
  describe(`over ${adapter}`, () => {
    let source: Source;
    let bench: FeedBench;
    beforeEach(async () => {
      source = await start();
    });
    afterEach(async () => {
      await bench.env.stop();
      await source.stop();
    });
    const started = async (feed: FeedWorkflow, count = COUNT): Promise<void> => {
      bench = await FeedBench.start(source, feed, count);
    };

    describe.each(changes)(`$feed.name`, ({ feed, explicit }) => {
      it('delivers everything at first sight, and after that what changes, to whom it concerns', async () => {
        await started(feed);
        expect(await bench.feed.look()).toMatchObject({ delivered: COUNT, refused: 0, absent: 0 });
        const [one, other] = bench.ids;
        await bench.put({ id: one, name: 'Ada' }, { id: `${one}_new`, name: 'Grace' });
        await bench.untilInStep();
        expect(await bench.feed.look()).toMatchObject({ delivered: COUNT + 2 });
        expect(await signalsOf(bench.env.customer(one))).toBe(2);
        expect(await signalsOf(bench.env.customer(other))).toBe(1);
        if (!explicit) return;
        await bench.remove(one);
        await bench.untilClosed(one);
        await eventually(async () => expect(await bench.feed.look()).toMatchObject({ gone: 1 }));
      });

      it('leaves a customer to ask for itself, by its own id', async () => {
        await started(feed, 2);
        const [one, other] = bench.ids;
        await bench.feed.handle.signal('pause');
        await bench.put({ id: one, name: 'Ada' }, { id: other, name: 'Grace' });
        await bench.env.customer(one).executeUpdate('refresh', { args: [{ sources: ['profile'] }] });
        expect(await bench.env.held(one)).toMatchObject({ name: 'Ada' });
        expect(await bench.env.held(other)).not.toMatchObject({ name: 'Grace' });
        await bench.feed.handle.signal('resume');
        await bench.untilInStep();
      });

      it('waits for another token where its own is refused, and goes on with that', async () => {
        await started(feed, 2);
        const [one] = bench.ids;
        await source.revoke();
        await bench.put({ id: one, name: 'Ada' });
        await eventually(async () => expect(await bench.feed.status()).toBe('unauthorized'));
        await bench.feed.handle.signal('apiToken', 'secret:SECOND');
        await bench.untilInStep();
        expect(await bench.feed.status()).toBe('running');
      });
    });

    describe(swept.name, () => {
      it('ends those whom a whole sweep misses, and nobody for one that breaks off', async () => {
        await started(swept);
        const [one] = bench.ids;
        await source.breakOff();
        await bench.remove(one);
        await eventually(async () => expect(await bench.feed.status()).toBe('degraded'));
        expect(await bench.statusOf(one)).toBe('RUNNING');
        await source.recover();
        await bench.untilClosed(one);
        await bench.untilInStep();
        expect(await bench.feed.look()).toMatchObject({ delivered: COUNT, gone: 1 });
      });

      it('ends no more at once than it may, unless somebody says so', async () => {
        await started(swept);
        const { env, feed, ids } = bench;
        const listed = `TaskQueue = '${env.taskQueue}' AND WorkflowType = '${swept.name}Customer'`;
        // Visibility lists a workflow a moment after it has started.
        await eventually(async () => expect((await env.client.workflow.count(listed)).count).toBe(COUNT));
        const gone = ids.slice(0, COUNT - 5);
        await bench.remove(...gone);
        const refusedSweep = { deletes: gone.length, of: COUNT };
        await eventually(async () => expect(await feed.data()).toMatchObject({ refusedSweep }));
        expect(await bench.statusOf(ids[0])).toBe('RUNNING');
        await feed.look({ acceptDeletions: true });
        for (const id of gone) await bench.untilClosed(id);
        await bench.untilInStep();
        expect(await feed.look()).toMatchObject({ gone: gone.length });
      });
    });
  });
}
