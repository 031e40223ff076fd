import { Context } from '@temporalio/activity';
import {
  type DataSourceAdapter,
  type Fault,
  InvalidInputError,
  type LoadContext,
  type Page,
} from '@stateful-workflow/core';
import { type AttemptContext, checkQuery } from '@stateful-workflow/core/internal';
import { type DigestStore, memoryDigests } from './digests';
import type { FeedCursor } from './feed-cursor';
import { Look } from './look';
import { MissedOnce } from './missed';
import { type Target, targetOf } from './target';
import { FEED, type FeedQuery, type FeedWorkflow } from './workflow/define-feed';
import type { FeedOptions } from './workflow/feed-options';

/** How {@link feedAdapter} is set up. */
export interface FeedAdapterOptions {
  /** The feeds that this worker runs, as they are exported from its workflows. */
  readonly feeds: readonly FeedWorkflow[];
  /** What was last delivered. @default 250,000 entities in the worker's memory */
  readonly digests?: DigestStore;
}

/** A feed, and the workflows that it keeps in step. */
interface Feed {
  readonly options: FeedOptions;
  readonly target: Target;
}

/**
 * Has a worker run feeds. Give it to `createRegistry` beside the adapters that the feeds' sources name.
 *
 * @example
 * const registry = createRegistry([
 *   restAdapter({ origins: ['https://crm.example.com'] }),
 *   feedAdapter({ feeds: [CustomersFeed] }),
 * ]);
 * @throws InvalidInputError that names what is wrong with a feed, or with the workflow that it feeds
 */
export function feedAdapter({
  feeds: given,
  digests = memoryDigests(),
}: FeedAdapterOptions): DataSourceAdapter<FeedQuery, FeedCursor> {
  const feeds = new Map<string, Feed>();
  for (const workflow of given) {
    const { [FEED]: options } = workflow;
    if (options === undefined)
      throw new InvalidInputError('feeds', 'has what is not a feed', 'Give what defineFeed returns');
    feeds.set(options.name, { options, target: targetOf(options) });
  }
  const missed = new MissedOnce();
  const reached = new Map<string, FeedCursor>();
  /** Whose errors they are. */
  const thrownBy = new WeakMap<object, DataSourceAdapter>();
  let find: (name: string) => DataSourceAdapter | undefined = () => undefined;

  return {
    name: 'feed',
    contractVersion: 1,
    capabilities: { incremental: true, validators: true, watch: true, deletes: 'none' },
    querySchema: { '~standard': { version: 1, vendor: '@stateful-workflow/feed', validate } },
    registered(others) {
      find = others;
    },
    hasHints({ feed: name, query }) {
      const feed = feeds.get(name);
      const adapter = feed && find(feed.options.source.adapter);
      if (adapter?.waitForHint === undefined || adapter.capabilities.watch !== true) return false;
      return adapter.hasHints?.(query) ?? true;
    },
    async waitForHint({ feed: name, query }, given) {
      const { options } = known(name, feeds);
      const adapter = adapterOf(options, find);
      const { cursor } = given.checkpoint?.cursor ?? {};
      const context = { ...given, checkpoint: { ...given.checkpoint, cursor } };
      await adapter.waitForHint?.(await checkQuery(adapter, query), context);
    },
    async *load({ feed: name, query }, given: LoadContext<FeedCursor>): AsyncGenerator<Page<FeedCursor>> {
      const feed = known(name, feeds);
      const adapter = adapterOf(feed.options, find);
      const { info, client } = Context.current();
      const context = given as AttemptContext;
      const parts = { ...feed, adapter, query, context, info, client, digests, missed, reached };
      try {
        yield await new Look(parts).run();
      } catch (error) {
        if (typeof error === 'object' && error !== null) thrownBy.set(error, adapter);
        throw error;
      }
    },
    classify(error): Fault {
      const adapter = typeof error === 'object' && error !== null ? thrownBy.get(error) : undefined;
      return adapter?.classify(error) ?? { kind: 'fatal', message: String(error) };
    },
  };
}

function validate(value: unknown): { value: FeedQuery } | { issues: { message: string }[] } {
  const { feed } = (value ?? {}) as Partial<FeedQuery>;
  return typeof feed === 'string'
    ? { value: value as FeedQuery }
    : { issues: [{ message: 'names no feed; define it with defineFeed' }] };
}

/** @throws InvalidInputError where this worker does not have it */
function known(name: string, feeds: ReadonlyMap<string, Feed>): Feed {
  const feed = feeds.get(name);
  if (feed) return feed;
  throw new InvalidInputError(
    'feed',
    `is "${name}", which this worker does not have; it has ${[...feeds.keys()].join(', ') || 'none'}`,
    `Add ${name} to feedAdapter({ feeds: […] }) on the worker`,
  );
}

/** @throws InvalidInputError where no adapter of that name is registered */
function adapterOf(
  { source }: FeedOptions,
  find: (name: string) => DataSourceAdapter | undefined,
): DataSourceAdapter {
  const adapter = find(source.adapter);
  if (adapter) return adapter;
  throw new InvalidInputError(
    'source',
    `names the adapter "${source.adapter}", which this worker does not have`,
    `Install ${source.package} and add its adapter to createRegistry([…]) on the worker`,
  );
}
